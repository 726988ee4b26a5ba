/**
 * The composer's grammar: what a person types, taken apart. It only reads; where the task goes is decided in route.ts.
 */

import type { AccessLevel } from '../access.ts';
import { type Refusal, refuse } from '../errors.ts';
import { type PlainTask, readPlainTask } from './plain-tasks.ts';

export interface ParsedTask {
  readonly ok: true;
  readonly kind: 'shell' | 'expression' | 'script' | 'plain';
  /** Of plain text: what it says in words that are understood. */
  readonly said?: PlainTask;
  /** The task without its prefix and its targets. */
  readonly body: string;
  readonly access?: AccessLevel;
  /** Names after `@`, in order; empty if none was named. */
  readonly targets: readonly string[];
  /** How the text was recognised, as a phrase. */
  readonly because: string;
}

/** `@name` or `@name,name` as a word of its own at the start or the end. */
const LEADING_TARGET = /^@([A-Za-z0-9][A-Za-z0-9._-]*(?:,[A-Za-z0-9][A-Za-z0-9._-]*)*)\s+/;
const TRAILING_TARGET = /\s@([A-Za-z0-9][A-Za-z0-9._-]*(?:,[A-Za-z0-9][A-Za-z0-9._-]*)*)\s*$/;
const RUN_VERB = /^(?:run|exec|execute)\s+(.+)$/is;

const BECAUSE: Readonly<Record<PlainTask['kind'], string>> = {
  files: 'a verb and a path mean files',
  edit: '"edit" and a path open your editor',
  transfer: 'a copy from one device to another is a transfer',
  browser: 'an address means a page',
  unclear: 'a verb and a path mean files',
  desktop: 'a screenshot means the screen',
};

const SHELL_PREFIXES: readonly { readonly prefix: string; readonly access: AccessLevel }[] = [
  { prefix: '!!', access: 'full-access' },
  { prefix: '!?', access: 'read-only' },
  { prefix: '!', access: 'workspace-write' },
];

export function parseTask(text: string): ParsedTask | Refusal {
  const { body: trimmed, targets: leading } = takeTargets(text.trim(), LEADING_TARGET);
  if (trimmed === '') {
    return refuse('usage', 'there is no task', 'type "!" and a command, or "=" and an expression');
  }
  for (const { prefix, access } of SHELL_PREFIXES) {
    if (!trimmed.startsWith(prefix)) continue;
    return shellTask(trimmed.slice(prefix.length), access, leading, `"${prefix}" means the shell`);
  }
  if (trimmed.startsWith('=')) {
    const body = trimmed.slice(1).trim();
    if (body === '') return refuse('usage', 'there is no expression after "="', 'for example: = 6 * 7');
    const kind = body.includes('\n') ? 'script' : 'expression';
    return { ok: true, kind, body, targets: leading, because: '"=" means an expression' };
  }
  const verb = RUN_VERB.exec(trimmed);
  if (verb?.[1] !== undefined) {
    return shellTask(
      verb[1].replace(/\s+on(\s+@[A-Za-z0-9.,_-]+\s*)$/i, '$1'),
      'workspace-write',
      leading,
      '"run …" means the shell',
    );
  }
  const { body: whole, targets } = takeTargets(trimmed, TRAILING_TARGET);
  const body = targets.length > 0 ? whole.replace(/\s+(?:on|from|at)$/i, '') : whole;
  const said = onOneDevice(readPlainTask(body), [...leading, ...targets]);
  const because = said === undefined ? 'plain text' : BECAUSE[said.kind];
  const named = said !== undefined && 'device' in said && said.device !== undefined ? [said.device] : [];
  const more = said === undefined ? {} : { said };
  return { ok: true, kind: 'plain', body, targets: [...leading, ...named, ...targets], because, ...more };
}

/** `@nas:~/a on @pi` is about two devices, and nobody knows which was meant. A transfer has places on two. */
function onOneDevice(said: PlainTask | undefined, targets: readonly string[]): PlainTask | undefined {
  if (said === undefined || !('device' in said) || said.device === undefined) return said;
  const { device } = said;
  const other = targets.find((target) => target !== device);
  if (other === undefined) return said;
  return { kind: 'unclear', reason: `it names @${device} and @${other}`, hint: 'name one device' };
}

function shellTask(
  rest: string,
  access: AccessLevel,
  leading: readonly string[],
  because: string,
): ParsedTask | Refusal {
  const { body, targets } = takeTargets(rest.trim(), TRAILING_TARGET);
  if (body === '') return refuse('usage', 'there is no command', 'for example: !ls -l');
  return { ok: true, kind: 'shell', body, access, targets: [...leading, ...targets], because };
}

function takeTargets(text: string, pattern: RegExp): { body: string; targets: string[] } {
  const words: string[] = [];
  let body = text;
  for (let match = pattern.exec(body); match?.[1] !== undefined; match = pattern.exec(body)) {
    words.push(match[1]);
    body = body.slice(0, match.index) + body.slice(match.index + match[0].length);
  }
  const ordered = pattern === TRAILING_TARGET ? words.reverse() : words;
  return { body: body.trim(), targets: ordered.flatMap((word) => word.split(',')) };
}
