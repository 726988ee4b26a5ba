/** Words as they are compared: lower case, without accents, without the endings of plurals and of verbs, and none that says nothing. */

const STOP = new Set(
  (
    'a about after all also am an and any are as at be because been before being but by can cannot could did do does doing done for ' +
    'from get gets got had has have having he her here his how i if in into is it its just let like make makes may me might mine must ' +
    'my need no nor not now of off on once one only or our out please shall she should show so some tell than that the their them then ' +
    'there these they this those to too until us use used using very want was way we were what when where which while who whom whose ' +
    'why will with without would yes you your yours explain give know see say says work works s t re ve ll d m don doesn isn happen happens during mean means'
  ).split(' '),
);

/** Words that ask for the same. From what people type to what documents say. */
const SAME: readonly (readonly string[])[] = [
  ['stop', 'cancel', 'kill', 'abort'],
  ['delete', 'remove', 'erase', 'prune'],
  ['unpair', 'revoke', 'forget', 'remove'],
  ['connect', 'pair', 'link'],
  ['machine', 'device', 'computer', 'host'],
  ['shortcut', 'key', 'keybinding', 'hotkey'],
  ['allow', 'permission', 'permit', 'grant'],
  ['approve', 'approval', 'confirm'],
  ['screen', 'desktop'],
  ['screenshot', 'picture'],
  ['setting', 'config', 'configuration', 'configure', 'option'],
  ['folder', 'directory'],
  ['command', 'task', 'run'],
  ['restart', 'boot', 'service', 'systemd'],
  ['daemon', 'peer', 'background'],
  ['undo', 'revert', 'restore'],
  ['password', 'secret', 'token', 'credential', 'key'],
  ['website', 'page', 'browser', 'browse'],
  ['fast', 'performance', 'speed', 'slow'],
  ['safe', 'security', 'secure'],
  ['monitor', 'metric', 'prometheus'],
  ['download', 'get', 'save', 'fetch'],
  ['keep', 'kept', 'retention', 'store'],
  ['send', 'copy', 'transfer', 'upload'],
  ['connection', 'link'],
  ['lost', 'broken', 'offline', 'gone'],
  ['expression', 'calculate', 'eval'],
];

const same = new Map<string, Set<string>>();
for (const group of SAME) {
  const stems = group.map(stem);
  for (const one of stems) for (const other of stems) if (other !== one) addTo(same, one, other);
}

export function splitWords(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Documents have the same words over and over. */
const known = new Map<string, string | undefined>();
const MOST_KNOWN = 100_000;

/** Undefined for a word that says nothing. */
export function asTerm(word: string): string | undefined {
  if (word.length > 60) return undefined;
  const before = known.get(word);
  if (before !== undefined || known.has(word)) return before;
  const term = STOP.has(word) ? undefined : stem(word);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(word, term);
  return term;
}

export function sameAs(term: string): ReadonlySet<string> {
  return same.get(term) ?? new Set();
}

/** Rough, and the same for all forms of most English words; others lose at most a letter. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let short = word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|z|ch|sh)es$/, '$1')
    .replace(/([^su])s$/, '$1');
  if (/[aeiouy].*(ing|ed)$/.test(short) && short.length > 5) {
    const cut = short.replace(/(ing|ed)$/, '');
    if (/[aeiouy]/.test(cut) && cut.length > 2) short = cut.replace(/([bdfgmnprt])\1$/, '$1');
  }
  return short.length > 4 ? short.replace(/e$/, '') : short;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set();
  set.add(value);
  map.set(key, set);
}
