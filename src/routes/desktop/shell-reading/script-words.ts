/** Whether the little programs that sed and awk are given can run commands or write files. What looks like more than an everyday one can. */

import type { Word } from '../../../core/policy/reading.ts';
import { type Finding, mayBe } from './options.ts';

const SED = 'sed can run commands and write files';
const AWK = 'awk can run commands and write files';

/** Of a regular expression up to its delimiter. A bracket may hold the delimiter to sed, so one that does is not understood. */
const part = (delimiter: string): string =>
  String.raw`(?:(?!${delimiter})[^\\\n[]|\\[^\n]|\[\^?\]?(?:\[:[a-z]+:\]|(?!${delimiter})[^\][\\\n])*\])*`;

/** `10`, `$`, `/pattern/`, and two of them. */
const ADDRESS = String.raw`(?:\d+|\$|\/${part('\\/')}\/I?)`;
const SUBSTITUTION = String.raw`s([/|,#@:])${part('\\1')}\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gpiI\d]*`;
const SED_COMMAND = new RegExp(
  String.raw`^\s*(?:${ADDRESS}(?:,[+~]?${ADDRESS})?\s*!?\s*)?(?:[pdqPDhHgGxnN=l]|q\d+|${SUBSTITUTION})\s*(?:[;\n]|$)`,
);

export function checkSed(args: readonly Word[]): Finding | undefined {
  const found = { reason: SED, wraps: true };
  let script: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as Word;
    if (!word.known) {
      if (script === undefined || !word.operand) return mayBe(SED);
      continue;
    }
    const { text } = word;
    const given = /^(?:-[nErsuz]*e|--expression=)(.*)$/s.exec(text);
    if (given !== null) {
      const next = args[at + 1];
      const code = given[1] !== '' ? given[1] : next?.known === true ? next.text : undefined;
      if (given[1] === '') at += 1;
      if (code === undefined || !isPlainSed(code)) return found;
      script = code;
    } else if (text.startsWith('-') && text !== '-') {
      if (
        !/^(-[nErsuz]+|-[nErsuz]*i(\.[A-Za-z0-9]+)?|--(quiet|silent|regexp-extended|separate|posix|in-place|version|help))$/.test(
          text,
        )
      )
        return found;
      if (/^--(version|help)$/.test(text)) return undefined;
    } else if (script === undefined) {
      if (!isPlainSed(text)) return found;
      script = text;
    }
  }
  return script === undefined ? found : undefined;
}

function isPlainSed(script: string): boolean {
  let rest = script;
  for (let count = 0; rest.trim() !== ''; count++) {
    const match = SED_COMMAND.exec(rest);
    if (match === null || match[0] === '' || count > 100) return false;
    rest = rest.slice(match[0].length);
  }
  return true;
}

export function checkAwk(args: readonly Word[]): Finding | undefined {
  const found = { reason: AWK, wraps: true };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as Word;
    if (!word.known) return mayBe(AWK);
    const { text } = word;
    if (text === '-F' || text === '-v') at += 1;
    else if (/^-[Fv]./.test(text)) continue;
    else if (text.startsWith('-')) return found;
    else {
      // Comparisons with `>` are taken for writing: nothing but awk itself tells them apart.
      if (/system|getline|close|fflush|[|>@]|include|load/.test(text.replaceAll('||', ''))) return found;
      return args.slice(at + 1).some((rest) => !rest.known && !rest.operand) ? mayBe(AWK) : undefined;
    }
  }
  return found;
}
