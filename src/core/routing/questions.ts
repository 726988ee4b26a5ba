/** Whether plain words are a question: by how they end, or by how they begin. It decides nothing else, and runs nothing. */

import { lazily } from '../lazily.ts';

/** A question mark of any script, and what may stand after it. */
const ENDS_SO = /[?？؟][)\]"'’”»*_]*$/;
const BEGINS_SO =
  /^(?:what|how|why|who|whom|whose|when|where|which|is|are|was|were|can|could|does|did|should|explain|summari[sz]e|define|describe|compare|translate)(?:['’](?:s|re|d|ll)|n['’]t)?\s+\S/i;
/** One word that ends so may be an address or the name of a file. */
const oneWordOfLettersPattern = lazily(() => /^[("'¿]*\p{L}[\p{L}\p{M}'’-]*[?？؟]+[)"'’”]*$/u);

/** Why it is one, as a phrase; undefined if it is none. */
export function questionBecause(text: string): string | undefined {
  if (/^¿/.test(text)) return 'it begins as a question does';
  if (ENDS_SO.test(text.slice(-16))) {
    const isOneWord = !/\s/.test(text);
    // Scripts without spaces have sentences of one word.
    if (!isOneWord || oneWordOfLettersPattern().test(text.slice(0, 4096))) return 'it ends as a question does';
  }
  const begin = BEGINS_SO.exec(text.slice(0, 200));
  return begin === null ? undefined : `"${text.split(/\s/, 1)[0]}" begins a question`;
}
