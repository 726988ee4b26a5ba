/**
 * Commands of routing rules: `{1}` in them stands for a text that somebody typed. Such a text becomes one word of the command, whatever it
 * holds; where a shell would read it as anything else than a word, the command is refused when it is configured, not when it runs. So is
 * one with a program that is known to read its words once more; what a script makes of its words is for whoever wrote it.
 */

import { type Refusal, refuse } from '../errors.ts';
import { secondReaderIn } from './second-readers.ts';

const PLACE = /\{([0-9]{1,2})\}/g;
/** Where quotes mean something else, or nothing: here-documents, arithmetic, `$'…'`, `` `…` ``, `${…}`, and comments. */
const CONFUSING = /<<|\(\(|\$['"{[]|`|(?:^|[\s;&|()])#/;

/** Whether each place of the command stands where a word may, and names one of `stars` texts. */
export function checkCommand(command: string, stars: number): { readonly ok: true } | Refusal {
  const places = [...command.matchAll(PLACE)];
  for (const [place, number] of places) {
    if (Number(number) >= 1 && Number(number) <= stars) continue;
    const many = stars === 0 ? 'no "*"' : `${stars} "*"`;
    return refuse('invalid', `${place} stands for nothing: the pattern has ${many}`);
  }
  if (places.length === 0) return { ok: true };
  const confusing = CONFUSING.exec(command)?.[0].trim();
  if (confusing !== undefined) {
    return refuse(
      'invalid',
      `a command with "${confusing}" in it cannot be filled safely`,
      'put it into a script, and give that the texts',
    );
  }
  const reader = secondReaderIn(command);
  if (reader !== undefined) {
    return refuse(
      'invalid',
      `a command with "${reader}" in it may read the text once more, and not as one word`,
      'put it into a script, and give that the texts',
    );
  }
  for (const { index, 0: place } of places) {
    if (!isOutside(command, index)) {
      return refuse('invalid', `${place} stands in quotes`, 'leave the quotes out: it is quoted when it is filled in');
    }
  }
  return { ok: true };
}

/** The command with the texts in it. They must not hold what no word can. */
export function fillCommand(
  command: string,
  texts: readonly string[],
): { readonly ok: true; readonly command: string } | Refusal {
  const odd = texts.find((text) => /[\0-\x08\x0a-\x1f\x7f]/.test(text));
  if (odd !== undefined)
    return refuse(
      'usage',
      'a text for a command of a rule holds a line break or a control character',
      'write it in one line',
    );
  return {
    ok: true,
    command: command.replace(PLACE, (_, number: string) => quoteWord(texts[Number(number) - 1] ?? '')),
  };
}

/** One word in every shell, also where a backslash means something between quotes. */
export function quoteWord(text: string): string {
  if (text === '') return "''";
  return text.replace(/[^'\\]+|['\\]/g, (part) => (part === "'" || part === '\\' ? `\\${part}` : `'${part}'`));
}

function isOutside(command: string, place: number): boolean {
  let quote = '';
  for (let at = 0; at < place; at += 1) {
    const unit = command.charAt(at);
    if (unit === '\\' && quote !== "'") {
      if (at + 1 === place) return false;
      at += 1;
    } else if (quote === '' && (unit === '"' || unit === "'")) quote = unit;
    else if (unit === quote) quote = '';
  }
  return quote === '';
}
