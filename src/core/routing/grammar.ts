/**
 * The composer's grammar: what a person types, taken apart. It only reads; where the task goes is decided in route.ts.
 */

import type { AccessLevel } from '../access.ts';
import { DEVICE_NAME } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { readCode, type TypedCode } from './fences.ts';
import {
  type IsMark,
  joinMarks,
  type Marks,
  NO_MARKS,
  takeFirstMarks,
  takeLastMarks,
  takeLastOn,
  withoutLastWord,
} from './marks.ts';
import { resolveOverride } from './overrides.ts';
import { type PlainTask, readPlainTask } from './plain-tasks.ts';
import { questionBecause } from './questions.ts';

interface Parsed extends Marks {
  readonly ok: true;
  /** The task without its prefix and its marks. */
  readonly body: string;
  /** How the text was recognised, as a phrase. */
  readonly because: string;
  /** Of plain words, whatever they mean: all of them, for rules and overrides. Absent where a prefix says what it is. */
  readonly typed?: TypedWords;
  /** Of a question or a program: the connector that a rule or a mark names. */
  readonly connector?: string;
  /** What goes before the meaning of the words, a mark or a rule, as a phrase. */
  readonly decided?: string;
  /** The rule that names the devices, if it is not the person. */
  readonly devicesBy?: string;
  /** What stands before the name of the connector in the reasons: "you named", if absent. */
  readonly connectorBy?: string;
}

/** Plain words, and the marks that stood around them. */
export interface TypedWords {
  readonly words: string;
  readonly marks: Marks;
}

export type ParsedTask = Parsed &
  (
    | { readonly kind: 'shell'; readonly access: AccessLevel }
    | { readonly kind: 'expression' | 'script' }
    | { readonly kind: 'question'; readonly followUp?: true }
    | { readonly kind: 'code'; readonly language: string }
    /** `said`: what plain words say, if they are understood. */
    | { readonly kind: 'plain'; readonly said?: PlainTask }
  );

/** What exists, as far as it decides how a text is read. */
export interface Vocabulary {
  /** Whether a device is called exactly so. */
  isDevice(name: string): boolean;
  /** Whether `@name` names something: a device by its name or its id, `local`, or `all`. */
  isTarget(name: string): boolean;
  /** Whether `#word` names something, or several things. */
  isOverride(word: string): boolean;
}

const NOTHING_KNOWN: Vocabulary = {
  isDevice: () => false,
  isTarget: () => false,
  isOverride: (word) => resolveOverride(word, []) !== undefined,
};

/** Before a word, they say that it is no command: "run the tests". */
const NO_COMMANDS = 'the|an?|my|our|your|his|her|its|their|this|that|these|those|all|both|every|each|some|any';
const RUN_VERB = new RegExp(`^(run|exec|execute)\\s+(?!(?:${NO_COMMANDS})[ \\t]+\\S)(?=\\S)`, 'i');

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

const isTarget: IsMark = (kind) => kind === '@';
const isAttached: IsMark = (kind) => kind === '+';

export function parseTask(text: string, vocabulary: Vocabulary = NOTHING_KNOWN): ParsedTask | Refusal {
  const isFirst: IsMark = (kind, word) => kind !== '#' || !isNumber(word) || vocabulary.isOverride(word);
  const first = takeFirstMarks(text.trim(), isFirst);
  const typed = first.body;
  if (typed === '') {
    return refuse('usage', 'there is no task', 'type "!" and a command, "?" and a question, or "=" and an expression');
  }
  for (const { prefix, access } of SHELL_PREFIXES) {
    if (typed.startsWith(prefix))
      return shellTask(typed.slice(prefix.length), access, first, `"${prefix}" means the shell`, vocabulary);
  }
  if (typed.startsWith('?')) return questionAfterPrefix(typed, first, isFirst, vocabulary);
  if (typed.startsWith('=')) {
    const body = typed.slice(1).trim();
    if (body === '') return refuse('usage', 'there is no expression after "="', 'for example: = 6 * 7');
    return { ok: true, ...first, kind: kindOfSource(body), body, because: '"=" means an expression' };
  }
  const code = readCode(typed);
  if (code !== undefined) return code.ok ? codeTask(code, first, vocabulary) : code;
  return plainWords(typed, first, vocabulary);
}

export function kindOfSource(source: string): 'expression' | 'script' {
  return source.includes('\n') ? 'script' : 'expression';
}

/** Words that no prefix explains, as a question for a model. */
export function questionTask(typed: TypedWords, because: string): ParsedTask {
  const last = takeLastMarks(typed.words, isAttached);
  return { ok: true, ...joinMarks(typed.marks, last), kind: 'question', body: last.body, typed, because };
}

/** Plain words, once it is known which device they are for. */
export function readWords(typed: TypedWords, vocabulary: Vocabulary): ParsedTask | Refusal {
  const { words, marks } = typed;
  const [begin, verb = ''] = RUN_VERB.exec(words) ?? [];
  if (begin !== undefined) {
    const command = words.slice(begin.length);
    const { body, targets } = namedAtEnd(command, marks, vocabulary);
    const unknown = targets.length === 0 ? unknownAtEnd(command, vocabulary) : undefined;
    // Here it would do to this machine what was meant for another one.
    if (unknown !== undefined) {
      return refuse(
        'not-found',
        `there is no device "${unknown}"`,
        `"dispatch devices" lists them; write !${command} if it belongs to the command`,
      );
    }
    const task = { ok: true, ...marks, kind: 'shell', access: 'workspace-write', body, targets, typed } as const;
    return { ...task, because: `"${verb.toLowerCase()} …" means the shell` };
  }
  const said = readSaid(typed, vocabulary);
  if (said !== undefined) return { ok: true, kind: 'plain', body: words, typed, ...said };
  const last = takeLastMarks(words, isAttached);
  const because = questionBecause(last.body);
  if (because !== undefined) return questionTask(typed, because);
  return { ok: true, ...joinMarks(marks, last), kind: 'plain', body: last.body, typed, because: 'plain text' };
}

function isLastOf(vocabulary: Vocabulary): IsMark {
  return (kind, word) => kind !== '#' || isName(word) || vocabulary.isOverride(word);
}

/** What is written as names are is meant as one: if there is none, it is refused, and not asked of whoever is the default. */
function isName(word: string): boolean {
  return /^[A-Za-z]/.test(word);
}

function plainWords(typed: string, first: Marks, vocabulary: Vocabulary): ParsedTask | Refusal {
  const isCommand = RUN_VERB.test(typed);
  // What stands after # in a command is a comment of it.
  const isLast: IsMark = (kind, word) =>
    kind === '@' || (kind === '#' && !isCommand && isLastOf(vocabulary)(kind, word));
  const last = takeLastMarks(typed, isLast);
  const words =
    last.targets.length > 0 ? withoutLastWord(last.body, isCommand ? ['on'] : ['on', 'from', 'at']) : last.body;
  return readWords({ words, marks: joinMarks(first, last) }, vocabulary);
}

function readSaid(
  { words, marks }: TypedWords,
  vocabulary: Vocabulary,
): (Marks & { readonly said: PlainTask; readonly because: string }) | undefined {
  let said = readPlainTask(words);
  let { targets } = marks;
  if (said === undefined) {
    const named = namedAtEnd(words, marks, vocabulary);
    if (named.targets.length > targets.length) {
      said = readPlainTask(named.body);
      ({ targets } = named);
    }
  }
  if (said === undefined) return undefined;
  const one = onOneDevice(said, targets);
  const own = 'device' in one && one.device !== undefined ? [one.device] : [];
  return { ...marks, targets: [...own, ...targets], said: one, because: BECAUSE[one.kind] };
}

/** `… on gpu-box`: the `@` may be left out where it would name something, and nothing else does. */
function namedAtEnd(
  words: string,
  { targets }: Marks,
  { isTarget: isKnown }: Vocabulary,
): { readonly body: string; readonly targets: readonly string[] } {
  const found = targets.length > 0 ? undefined : takeLastOn(words);
  const names = found?.name.split(',') ?? [];
  return found !== undefined && names.every(isKnown) ? { body: found.body, targets: names } : { body: words, targets };
}

/** What looks like the names of devices behind the last "on", and is not. */
function unknownAtEnd(command: string, { isTarget: isKnown }: Vocabulary): string | undefined {
  const typed = takeLastOn(command)?.name ?? '';
  const names = typed.replace(/[?!]+$/, '').split(',');
  if (!names.every((name) => DEVICE_NAME.test(name))) return undefined;
  return names.find((name) => !isKnown(name)) ?? typed;
}

/** `@nas:~/a on @pi` is about two devices, and nobody knows which was meant. A transfer has places on two. */
function onOneDevice(said: PlainTask, targets: readonly string[]): PlainTask {
  if (!('device' in said) || said.device === undefined) return said;
  const { device } = said;
  const other = targets.find((target) => target !== device);
  if (other === undefined) return said;
  return { kind: 'unclear', reason: `it names @${device} and @${other}`, hint: 'name one device' };
}

function questionAfterPrefix(
  typed: string,
  first: Marks,
  isFirst: IsMark,
  vocabulary: Vocabulary,
): ParsedTask | Refusal {
  const followUp = typed.startsWith('??');
  const prefix = followUp ? '??' : '?';
  const begun = takeFirstMarks(typed.slice(prefix.length).trim(), isFirst);
  const { body, ...last } = takeLastMarks(begun.body, isLastOf(vocabulary));
  if (body === '') return refuse('usage', `there is no question after "${prefix}"`, 'for example: ?what is a CRDT');
  const because = followUp ? '"??" means a question that follows up the last answer' : '"?" means a question';
  const marks = joinMarks(first, begun, last);
  return { ok: true, ...marks, kind: 'question', body, because, ...(followUp ? { followUp } : {}) };
}

function codeTask(
  { language, source, rest, because }: TypedCode,
  first: Marks,
  vocabulary: Vocabulary,
): ParsedTask | Refusal {
  const after = takeFirstMarks(rest, () => true);
  if (after.body !== '')
    return refuse('usage', `"${after.body.slice(0, 40)}" after the block is no mark`, 'name a device: @name');
  // In a line of code only what names a device is taken for one; `#` begins comments.
  const isKnown: IsMark = (kind, names) =>
    kind === '@' && names.split(',').every((name) => name === 'all' || name === 'local' || vocabulary.isDevice(name));
  const isOneLine = because.startsWith('"/code"') && !source.includes('\n');
  const line = isOneLine ? takeLastMarks(source.trimEnd(), isKnown) : { body: source, ...NO_MARKS };
  return { ok: true, ...joinMarks(first, after, line), kind: 'code', language, body: line.body, because };
}

function shellTask(
  rest: string,
  access: AccessLevel,
  first: Marks,
  because: string,
  vocabulary: Vocabulary,
): ParsedTask | Refusal {
  // `!@nas ls`: no command is called so, and here it would do to this machine what was meant for another one.
  const named = takeFirstMarks(rest.trim(), (kind, word) => kind === '@' && vocabulary.isTarget(word));
  const { body, ...last } = takeLastMarks(named.body, isTarget);
  if (body === '') return refuse('usage', 'there is no command', 'for example: !ls -l');
  return { ok: true, ...joinMarks(first, named, last), kind: 'shell', body, access, because };
}

function isNumber(word: string): boolean {
  return /^[0-9]+$/.test(word);
}
