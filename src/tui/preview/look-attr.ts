// How what a preview says looks, in the styles of a theme.

import { type Attr, makeAttr } from '../terminal/cells.ts';
import { bold, type StyleName, underline } from '../terminal/theme.ts';
import type { Look } from './document.ts';
import type { CellColours } from './frame.ts';

const STYLES: Readonly<Record<Look, StyleName>> = {
  text: 'text',
  muted: 'muted',
  heading: 'accent',
  strong: 'text',
  emphasis: 'text',
  code: 'code',
  link: 'info',
  added: 'success',
  removed: 'error',
  hunk: 'info',
  key: 'accent',
  string: 'code',
  number: 'warning',
  constant: 'info',
};

export function lookAttr(style: (name: StyleName) => Attr, look: Look | CellColours): Attr {
  if (typeof look === 'object') return makeAttr(look.fg, look.bg);
  const attr = style(STYLES[look]);
  switch (look) {
    case 'heading':
    case 'strong':
      return bold(attr);
    case 'emphasis':
    case 'link':
      return underline(attr);
    default:
      return attr;
  }
}
