/** Joins the words of an argument list to shell text that means exactly those words. */

const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/** One word alone is shell text already (`dispatch run -- 'ls | wc -l'`); several are quoted one by one, as they came. */
export function shellText(words: readonly string[]): string {
  const [first, ...others] = words;
  if (first === undefined) return '';
  return others.length === 0 ? first : words.map(quote).join(' ');
}

function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
