/** What kubectl's words make it run: `exec` and the like, plugins, and programs that its settings name. It may look, and no more. */

import type { Word } from '../../../core/policy/reading.ts';
import { cannotTell, type Finding, mayBe, mayBeOption } from './options.ts';

/** Anything else runs something, changes the cluster, or may be a program called kubectl-… */
const LOOKING = new Set([
  'get',
  'describe',
  'logs',
  'top',
  'version',
  'api-resources',
  'api-versions',
  'explain',
  'events',
]);

/** Options of all of them whose value is the next word, unless it is joined by `=`. Not those that name settings or files to write. */
const GLOBAL = /^(-n|--namespace|--context|--cluster|--request-timeout)$/;
const GLOBAL_JOINED = /^(-n[a-z0-9=].*|--(namespace|context|cluster|request-timeout)=.*)$/;
const OPTIONS =
  /^(-[Aw]|-[olcLf].*|-p|--(all-namespaces|watch|watch-only|show-labels|no-headers|follow|previous|all-containers|timestamps|prefix|ignore-not-found|recursive|client|namespaced|help)(=(true|false))?|--(output|selector|field-selector|sort-by|label-columns|tail|since|since-time|container|limit-bytes|chunk-size|max-log-requests|for|types|api-group|verbs|api-version)(=.*)?)$/;

export function checkKubectl(args: readonly Word[]): Finding | undefined {
  const reason = cannotTell('kubectl');
  const found = (text: string): Finding => ({ reason: `${reason} (${text.slice(0, 40)})`, wraps: true });
  let at = 0;
  for (; ; at++) {
    const word = args[at];
    if (word === undefined) return undefined;
    if (!word.known) return mayBe(reason);
    if (GLOBAL.test(word.text)) at += 1;
    else if (!word.text.startsWith('-')) break;
    else if (!GLOBAL_JOINED.test(word.text)) return found(word.text);
  }
  const words = args.slice(at);
  const [subcommand] = words;
  if (subcommand?.known === true && !LOOKING.has(subcommand.text)) return found(subcommand.text);
  for (const word of words) {
    if (!word.known || !word.text.startsWith('-') || word.text === '-') continue;
    if (![OPTIONS, GLOBAL, GLOBAL_JOINED].some((good) => good.test(word.text))) return found(word.text);
  }
  return words.some(mayBeOption) ? mayBe(reason) : undefined;
}
