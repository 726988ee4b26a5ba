// How keys are written in the configuration, and how the dashboard names them. Refuses what no terminal can send.

import { type Refusal, refuse } from '../../core/errors.ts';

const NAMES = [
  ...['enter', 'escape', 'tab', 'space', 'backspace', 'delete', 'insert'],
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
];
const OTHER_NAMES: Readonly<Record<string, string>> = {
  esc: 'escape',
  return: 'enter',
  del: 'delete',
  ins: 'insert',
  pgup: 'pageup',
  pgdn: 'pagedown',
};
const MODIFIERS: Readonly<Record<string, 'C' | 'M' | 'S'>> = {
  c: 'C',
  ctrl: 'C',
  m: 'M',
  alt: 'M',
  s: 'S',
  shift: 'S',
};
/** What a terminal sends for these is what it sends for another key. */
const SAME_AS: Readonly<Record<string, string>> = { 'C-i': 'tab', 'C-m': 'enter', 'C-[': 'escape', 'C-h': 'backspace' };

/** `Ctrl-x`, `C-x`, `M-Enter`, `F5`, `X` to the name that the dashboard has for it. */
export function readKey(written: string): { readonly ok: true; readonly key: string } | Refusal {
  const parts = written.trim().split(/[-+](?=.)/u);
  const last = parts.pop() ?? '';
  const modifiers = parts.map((part) => MODIFIERS[part.toLowerCase()]);
  if (last === '' || modifiers.includes(undefined)) return unreadable(written);
  const has = (modifier: 'C' | 'M' | 'S'): string => (modifiers.includes(modifier) ? `${modifier}-` : '');
  if ([...last].length === 1) {
    if (/[\p{C}\p{Z}]/u.test(last)) return unreadable(written);
    if (modifiers.includes('S'))
      return refuse('invalid', `"${written}": write the letter that Shift makes: "${last.toUpperCase()}"`);
    // With Control a terminal does not tell capitals apart.
    const key = `${has('C')}${has('M')}${modifiers.includes('C') ? last.toLowerCase() : last}`;
    const same = SAME_AS[key];
    return same === undefined
      ? { ok: true, key }
      : refuse('invalid', `"${written}": terminals send the same for ${same}`);
  }
  const name = OTHER_NAMES[last.toLowerCase()] ?? last.toLowerCase();
  return NAMES.includes(name) ? { ok: true, key: `${has('C')}${has('M')}${has('S')}${name}` } : unreadable(written);
}

const unreadable = (written: string): Refusal =>
  refuse(
    'invalid',
    `"${written}" is no key`,
    `keys are written x, X, C-x, M-x, S-Tab, F5, or ${NAMES.slice(0, 7).join(', ')}, …`,
  );
