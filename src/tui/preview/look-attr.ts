// How what a preview says looks, in the styles of a theme.

import { type Attr, attrBg, attrFg, makeAttr, TERMINAL_COLOUR } from '../terminal/cells.ts';
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
  string: 'string',
  number: 'number',
  constant: 'info',
  comment: 'comment',
  keyword: 'keyword',
  name: 'name',
};

export function lookAttr(style: (name: StyleName) => Attr, look: Look | CellColours): Attr {
  // What is see-through shows the ground that it is drawn on.
  if (typeof look === 'object') {
    const screen = style('text');
    const fg = look.fg === TERMINAL_COLOUR ? attrFg(screen) : look.fg;
    return makeAttr(fg, look.bg === TERMINAL_COLOUR ? attrBg(screen) : look.bg);
  }
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
