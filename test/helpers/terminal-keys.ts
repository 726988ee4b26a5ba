// What a terminal sends for a key, named as the dashboard names keys: 'a', 'enter', 'C-c', 'M-x', 'S-tab', 'C-left'.

const PLAIN: Record<string, string> = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  'S-tab': '\x1b[Z',
  backspace: '\x7f',
  space: ' ',
  'C-space': '\0',
  'C-]': '\x1d',
  'C-\\': '\x1c',
  'C-^': '\x1e',
  'C-_': '\x1f',
};
const LETTERED: Record<string, string> = { up: 'A', down: 'B', right: 'C', left: 'D', end: 'F', home: 'H' };
const FIRST_FUNCTIONS: Record<string, string> = { f1: 'P', f2: 'Q', f3: 'R', f4: 'S' };
const NUMBERED: Record<string, number> = {
  insert: 2,
  delete: 3,
  pageup: 5,
  pagedown: 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
};

export function keyBytes(key: string, applicationCursor: boolean): string {
  const known = PLAIN[key];
  if (known !== undefined) return known;
  const [, modifiers = '', name = ''] = /^((?:[CMS]-)*)(.+)$/su.exec(key) ?? [];
  const special = specialKey(name, modifiers, applicationCursor);
  if (special) return special;
  if (modifiers.includes('M-')) return `\x1b${keyBytes(modifiers.replace('M-', '') + name, applicationCursor)}`;
  if (modifiers === 'C-' && /^[a-z]$/.test(name)) return String.fromCharCode(name.charCodeAt(0) - 0x60);
  if (modifiers === '' && [...name].length === 1) return name;
  throw new Error(`No terminal sends anything for the key "${key}": name it as the dashboard does.`);
}

function specialKey(name: string, modifiers: string, applicationCursor: boolean): string | undefined {
  const parameter =
    1 + (modifiers.includes('S-') ? 1 : 0) + (modifiers.includes('M-') ? 2 : 0) + (modifiers.includes('C-') ? 4 : 0);
  const letter = LETTERED[name] ?? FIRST_FUNCTIONS[name];
  if (letter) {
    if (parameter > 1) return `\x1b[1;${parameter}${letter}`;
    return applicationCursor || name in FIRST_FUNCTIONS ? `\x1bO${letter}` : `\x1b[${letter}`;
  }
  const number = NUMBERED[name];
  return number === undefined ? undefined : `\x1b[${number}${parameter > 1 ? `;${parameter}` : ''}~`;
}
