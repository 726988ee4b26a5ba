// What a theme is: an attribute for each style, by name, and the glyphs; and the few ways to change an attribute.
// Which colours there are is said in palettes.ts, which of them a terminal gets in detect-theme.ts.
import type { ThemeName } from '../../core/theme-names.ts';
import { type Attr, attrBg, attrFg, attrFlags, BOLD, INVERSE, makeAttr, UNDERLINE } from './cells.ts';
import type { ColourTier } from './colours.ts';
import type { Glyphs } from './glyphs.ts';

export type StyleName =
  | 'text'
  | 'muted'
  | 'accent'
  | 'success'
  | 'warning'
  | 'error'
  | 'info'
  | 'border'
  | 'borderFocused'
  | 'title'
  | 'titleFocused'
  | 'selected'
  | 'header'
  | 'footerKey'
  | 'footerText'
  | 'input'
  | 'placeholder'
  | 'dialog'
  | 'dialogBorder'
  | 'badge'
  | 'badgeWarning'
  | 'match'
  | 'code'
  | 'comment'
  | 'keyword'
  | 'string'
  | 'number'
  | 'name'
  | 'qr';

export type Styles = Readonly<Record<StyleName, Attr>>;

export interface Theme {
  readonly name: ThemeName;
  readonly tier: ColourTier;
  readonly background: 'dark' | 'light';
  style(name: StyleName): Attr;
  readonly glyphs: Glyphs;
}

export const bold = (attr: Attr): Attr => attr | (BOLD << 18);
export const underline = (attr: Attr): Attr => attr | (UNDERLINE << 18);
export const inverse = (attr: Attr): Attr => attr ^ (INVERSE << 18);
export const withBg = (attr: Attr, provider: Attr): Attr => makeAttr(attrFg(attr), attrBg(provider), attrFlags(attr));
