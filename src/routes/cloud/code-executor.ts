/**
 * Carries out programs at a connector: what they print streams into the output of the run, their files become artifacts. What is
 * written under a name of theirs stays in the folder of the run.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CodeAction, isInnerName } from '../../core/cloud.ts';
import { findLanguage } from '../../core/connectors.ts';
import { refuse } from '../../core/errors.ts';
import { harmlessText } from '../../core/harmless-text.ts';
import type { DeviceId, Sha256 } from '../../core/ids.ts';
import type { ExecutionContext, Executor, Outcome } from '../../engine/executor-ports.ts';
import { createLimits, NOTHING_LEFT } from '../limits.ts';
import { type CodeClock, startCodeClock } from './code-clock.ts';
import type { CodeEvent, CodeRequest } from './connector/conversation.ts';
import { failureOf } from './limits.ts';
import { factsOf, planOf, refusalOf, requireKind } from './plan.ts';
import type { ConnectorBook } from './ports.ts';
import { createPrinter, type Printer } from './printer.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const LONGEST_TIMEOUT_MS = 600_000;
const MOST_FILES = 1000;
/** Of all files of one run. */
const MOST_FILE_BYTES = 2 ** 30;

export interface CodeOptions {
  readonly device: DeviceId;
  readonly sha256: (text: string) => Sha256;
  readonly slots: number;
  readonly book: ConnectorBook;
}

export function createCodeExecutor(options: CodeOptions): Executor {
  const { book } = options;
  return {
    kind: 'code',
    slots: options.slots,
    enforces: () => 'read-only',
    async inspect(action) {
      try {
        const code = requireKind(action, 'code');
        if (code.source.trim() === '') return refuse('invalid', 'there is no program');
        const connector = book.find('cloud-code', code.connector);
        const { languages } = connector;
        if (languages !== undefined && findLanguage(languages, code.language) === undefined) {
          const known = Object.keys(languages).join(', ');
          return refuse('invalid', `${connector.name} does not run ${code.language}`, `it runs ${known}`);
        }
        return { ok: true, facts: factsOf(code, connector) };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async prepare(run, action) {
      try {
        const code = requireKind(action, 'code');
        return { ok: true, plan: planOf(options, run, code, book.find('cloud-code', code.connector)) };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async execute(action, _plan, context) {
      const code = requireKind(action, 'code');
      const timeoutMs = Math.min(code.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
      const limits = createLimits(context, undefined);
      let clock: CodeClock | undefined;
      try {
        const connector = book.find('cloud-code', code.connector);
        clock = startCodeClock(connector, timeoutMs, limits);
        const client = await book.client(connector, limits.signal);
        return await carryOut(client.run(requestOf(code, timeoutMs), limits.signal), context, clock);
      } catch (error) {
        const ended = limits.outcome();
        return ended?.kind === 'timeout' && clock !== undefined ? clock.expired() : (ended ?? failureOf(error));
      } finally {
        limits.clear();
      }
    },
    async reap() {
      return NOTHING_LEFT; // what a connector was doing ended with the connection
    },
  };
}

function requestOf({ language, source, stdin = '', files = [] }: CodeAction, timeoutMs: number): CodeRequest {
  return {
    language,
    source,
    stdin,
    files: files.map(({ name, content, base64 }) =>
      base64 === true
        ? { name, base64: content }
        : { name, base64: Buffer.from(content).toString('base64'), text: content },
    ),
    timeoutMs,
  };
}

async function carryOut(
  events: AsyncIterable<CodeEvent>,
  context: ExecutionContext,
  clock: CodeClock,
): Promise<Outcome> {
  const printer = createPrinter(context);
  const left = { names: new Set<string>(), bytes: 0 };
  let outcome: Outcome = { kind: 'failed', reason: 'connector', message: 'the answer ended before the program did' };
  for await (const event of events) {
    clock.begun();
    switch (event.type) {
      case 'output': {
        const room = printer.bytes(event.bytes);
        if (room !== undefined) await room;
        break;
      }
      case 'file':
        await keep(event, context, printer, left);
        break;
      case 'end':
        outcome = await outcomeOf(event, clock, printer);
    }
  }
  return outcome;
}

/** A service that tells nothing of the end means that it was well; one that only has something to say means that it was not. */
async function outcomeOf(
  { exitCode, signal, timedOut, message }: Extract<CodeEvent, { type: 'end' }>,
  clock: CodeClock,
  printer: Printer,
): Promise<Outcome> {
  const said =
    message === undefined || message.trim() === '' ? undefined : harmlessText(message.slice(0, 2000)).slice(0, 2000);
  if (timedOut === true) return clock.timedOut();
  // Neither of these has words of its own.
  if (said !== undefined && (signal !== undefined || exitCode === 0)) await printer.print(`[dispatch: ${said}]\n`);
  if (signal !== undefined) return { kind: 'signal', signal: harmlessText(signal.slice(0, 32)).slice(0, 32) };
  if (exitCode !== undefined) return { kind: 'exit', exitCode, ...(said === undefined ? {} : { message: said }) };
  return said === undefined ? { kind: 'exit', exitCode: 0 } : { kind: 'failed', reason: 'connector', message: said };
}

/** A name that leads elsewhere is no name of a file here. */
async function keep(
  { name, bytes, mimeType }: Extract<CodeEvent, { type: 'file' }>,
  context: ExecutionContext,
  printer: Printer,
  left: { readonly names: Set<string>; bytes: number },
): Promise<void> {
  left.bytes += bytes.length;
  const refused = left.names.size >= MOST_FILES || left.bytes > MOST_FILE_BYTES || !isInnerName(name);
  if (refused) return printer.print(`[dispatch: "${harmlessText(name).slice(0, 200)}" was not kept]\n`);
  try {
    const path = join(context.artifactsDir, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
    left.names.add(name);
    if (mimeType !== undefined && mimeType.length <= 255) context.describe(name, { mimeType });
  } catch (error) {
    await printer.print(
      `[dispatch: "${harmlessText(name).slice(0, 200)}" was not kept: ${(error as Error).message}]\n`,
    );
  }
}
