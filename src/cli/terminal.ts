/**
 * Questions to the person at this terminal. Standard input may be a pipe with a ticket in it: then the terminal itself is opened,
 * as ssh does. What was typed before a question was read never answers it with a single key.
 */

import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { ALONE_MS, createKeyGuard } from '../tui/plain/guard.ts';
import type { CliContext } from './context.ts';
import { safe } from './print.ts';
import { widthOf, wrapLines } from './wrap-lines.ts';

/** A raw terminal makes no signal of it. */
const CTRL_C = '\u0003';

export interface Terminal {
  /** True if the next key, pressed alone and after the question stood there, is y. */
  yes(question: string, signal?: AbortSignal): Promise<boolean>;
  /** The next key, pressed alone and after the question stood there; empty at Ctrl-C and when the signal aborts. */
  key(question: string, signal?: AbortSignal): Promise<string>;
  /** A line without its end; undefined at Ctrl-C, at the end of input and when the signal aborts. */
  line(question: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Lets the process end. */
  close(): void;
}

/** Undefined where nobody can be asked: questions stand on standard error, which has to be a terminal too. */
export function findTerminal(context: CliContext): Terminal | undefined {
  if (!context.stderr.isTTY) return undefined;
  if (context.stdin.isTTY) return createTerminal(context, context.stdin, () => {});
  const opened = openTerminal();
  return opened === undefined ? undefined : createTerminal(context, opened, () => void opened.destroy());
}

function openTerminal(): ReadStream | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'));
  } catch {
    return undefined; // a service, a cron job, a container without one
  }
}

function createTerminal(context: CliContext, input: ReadStream, close: () => void): Terminal {
  const ask = (question: string): void => {
    // The cursor stays behind the question.
    const rows = wrapLines([safe(question).trimEnd()], widthOf(context.stderr));
    context.stderr.write(`${rows.join('\n')} `);
  };
  return {
    key(question, signal) {
      ask(question);
      return oneKey(input, signalsOf(context, signal));
    },
    async yes(question, signal) {
      ask(question);
      const yes = (await oneKey(input, signalsOf(context, signal))) === 'y';
      context.stderr.write(yes ? 'yes\n' : 'no\n');
      return yes;
    },
    async line(question, signal) {
      ask(question);
      const line = await oneLine(input, signalsOf(context, signal));
      if (line === undefined) context.stderr.write('\n');
      return line;
    },
    close,
  };
}

function signalsOf({ interrupted }: CliContext, signal: AbortSignal | undefined): AbortSignal[] {
  return [interrupted, ...(signal === undefined ? [] : [signal])];
}

/** The key that a person presses next, alone and not too soon; empty at Ctrl-C. */
function oneKey(input: NodeJS.ReadStream, signals: readonly AbortSignal[]): Promise<string> {
  return new Promise((resolve) => {
    const guard = createKeyGuard(() => performance.now());
    let pressed: NodeJS.Timeout | undefined;
    const finish = (key: string): void => {
      clearTimeout(pressed);
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
      resolve(key);
    };
    const onAbort = (): void => finish('');
    const onData = (bytes: Buffer): void => {
      const text = bytes.toString('utf8');
      if (text.includes(CTRL_C)) {
        process.kill(process.pid, 'SIGINT'); // which aborts the signal of the context
        return;
      }
      // A key that another one follows at once was part of a paste.
      clearTimeout(pressed);
      if (guard.take(text)) pressed = setTimeout(() => finish(text), ALONE_MS);
    };
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    input.setRawMode(true);
    input.on('data', onData);
    input.resume();
    if (signals.some(({ aborted }) => aborted)) finish('');
  });
}

function oneLine(input: NodeJS.ReadStream, signals: readonly AbortSignal[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const finish = (line: string | undefined): void => {
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      input.off('data', onData);
      input.off('end', onAbort);
      input.pause();
      resolve(line);
    };
    const onAbort = (): void => finish(undefined);
    const onData = (bytes: Buffer): void => {
      parts.push(bytes);
      const text = Buffer.concat(parts).toString('utf8');
      const end = text.search(/[\r\n]/);
      if (end !== -1) finish(text.slice(0, end).trim());
    };
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    input.on('data', onData);
    input.on('end', onAbort);
    input.resume();
    if (signals.some(({ aborted }) => aborted)) onAbort();
  });
}
