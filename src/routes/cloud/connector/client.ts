/**
 * One configured connector, ready to be used: `ask`, `run`, and `test`, which tells what stands in the way. All that it knows of a
 * service is in the connector that it is given.
 */

import { type Connector, type ConnectorLimits, findLanguage } from '../../../core/connectors.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { AnswerEvent, CodeEvent, CodeRequest, ConnectorClient, ModelRequest } from './conversation.ts';
import { createDialler, type Dialler, isPublicHost } from './dispatcher.ts';
import { createFailures } from './failures.ts';
import { type KeyDeps, readKey } from './key-source.ts';
import { loadSearch } from './mapping.ts';
import { type Operation, startOperation, type Workshop } from './operation.ts';
import { readAnswer } from './read-answer.ts';
import { readCode } from './read-code.ts';
import { createReceivedFiles } from './received-files.ts';
import { createScrubber } from './scrub.ts';
import { createSlots } from './slots.ts';
import { createTemplates, type Values } from './templates.ts';
import { tryOut } from './trial.ts';

export interface ConnectorDeps extends KeyDeps {
  /** From 0 to 1: how long before another try. */
  readonly random?: () => number;
  /** Told of what went wrong without harm: a call at the end that failed. */
  readonly warn?: (message: string) => void;
}

/** A service is given this much longer than it was told, so that it can say itself that time was over. */
const GRACE_MS = 2000;

export function createConnectorClient(connector: Connector, deps: ConnectorDeps): ConnectorClient {
  const { random = Math.random, warn = () => {} } = deps;
  const parts = lazily(() => Promise.all([createTemplates(), loadSearch()]));
  const slots = createSlots(connector.slots);
  let dialler: Dialler | undefined;
  let guarded: Dialler | undefined;

  /** Keys are read each time: they may have been changed. */
  const open = async (signal: AbortSignal, onHeaders?: (status: number) => void): Promise<Workshop> => {
    const [templates, search] = await parts();
    const key = await keyOf(connector, deps, signal);
    const failures = createFailures(connector, createScrubber(key === undefined ? [] : [key]));
    dialler ??= named(connector, () => createDialler(connector, deps));
    const told = (message: string): void => warn(`connector "${connector.name}": ${message}`);
    return {
      making: { connector, templates, failures, key },
      search,
      dialler,
      outside,
      random,
      warn: told,
      ...(onHeaders ? { onHeaders } : {}),
    };
  };

  /** A service of the internet must not lead into this network; one that is inside may. */
  const outside = async (): Promise<Dialler> => {
    dialler ??= createDialler(connector, deps);
    if (connector.addresses === 'public' || !(await isPublicHost(new URL(connector.url).hostname))) return dialler;
    guarded ??= createDialler({ ...connector, addresses: 'public' }, deps);
    return guarded;
  };

  const take = (signal: AbortSignal): Promise<() => void> =>
    slots.take(signal).catch(() => {
      throw createFailures(connector, createScrubber([])).cancelled();
    });

  const ask = (
    request: ModelRequest,
    signal: AbortSignal,
    onHeaders?: (status: number) => void,
  ): AsyncIterable<AnswerEvent> =>
    conduct(
      () => take(signal),
      async () => startOperation(await open(signal, onHeaders), valuesOfQuestion(request), connector.limits, signal),
      async function* (operation) {
        const { failures, search } = operation;
        yield* readAnswer(operation.frames(), { response: connector.response, search, failures });
      },
    );

  const run = (
    request: CodeRequest,
    signal: AbortSignal,
    onHeaders?: (status: number) => void,
  ): AsyncIterable<CodeEvent> =>
    conduct(
      () => take(signal),
      async () =>
        startOperation(
          await open(signal, onHeaders),
          valuesOfCode(request, connector),
          patient(connector.limits, request),
          signal,
        ),
      (operation) => runCode(operation, request),
    );

  return {
    ask: (request, signal) => ask(request, signal),
    run: (request, signal) => run(request, signal),
    test: (signal) =>
      tryOut({ connector, deps, ask, run, dialler: () => (dialler ??= createDialler(connector, deps)) }, signal),
    close: async () => void (await Promise.all([dialler?.close(), guarded?.close()])),
  };
}

/** Whatever happens, and also if nobody wants the rest: what is to be made at the end is made. */
async function* conduct<T>(
  take: () => Promise<() => void>,
  start: () => Promise<Operation>,
  act: (operation: Operation) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const giveBack = await take();
  try {
    yield* conductHere(start, act);
  } finally {
    giveBack();
  }
}

async function* conductHere<T>(
  start: () => Promise<Operation>,
  act: (operation: Operation) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const operation = await start();
  let over = false;
  try {
    yield* act(operation);
    over = !operation.signal.aborted;
  } catch (thrown) {
    const { signal } = operation;
    if (signal.aborted) throw signal.reason;
    // Only a failure that the service tells of itself needs no stopping: of any other it may know nothing.
    over = operation.failures.wasTold(thrown);
    throw thrown instanceof RangeError ? operation.failures.ofShape('its answer is nested too deeply') : thrown;
  } finally {
    await operation.finish(over);
  }
}

/** Where a service does not keep to the time that code has, we do. */
async function* runCode(operation: Operation, request: CodeRequest): AsyncGenerator<CodeEvent, void> {
  const { making, failures, search, signal } = operation;
  const { response, files: kept } = making.connector;
  const files = createReceivedFiles(operation, request);
  const reading = {
    response,
    search,
    failures,
    files: (listed: Record<string, unknown>[]) => files.fromAnswer(listed),
  };
  const overtime = failures.timeout('the code did not end', request.timeoutMs, 'total');
  let timer: NodeJS.Timeout | undefined;
  const within = (graceMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => operation.stop(overtime), request.timeoutMs + graceMs);
  };
  try {
    // Where a stream has said nothing yet, the program may wait for its turn there.
    const waits = STREAMS.has(response.format) ? making.connector.limits.firstByteMs : GRACE_MS;
    const start = (): void => within(Math.max(GRACE_MS, waits));
    const end = yield* readCode(
      fromTheFirst(operation.frames(start), () => within(GRACE_MS)),
      reading,
    );
    clearTimeout(timer);
    if (kept !== undefined) yield* files.fromService(kept);
    yield* files.notes();
    yield end;
  } catch (thrown) {
    if (signal.reason !== overtime) throw thrown;
    yield { type: 'end', timedOut: true };
  } finally {
    clearTimeout(timer);
  }
}

const STREAMS: ReadonlySet<string> = new Set(['stream', 'sse', 'ndjson']);

async function* fromTheFirst<T>(events: AsyncIterable<T>, begun: () => void): AsyncGenerator<T> {
  let first = true;
  for await (const event of events) {
    if (first) begun();
    first = false;
    yield event;
  }
}

function valuesOfQuestion({ messages, tools }: ModelRequest): Values {
  const asked = messages.findLast((message) => message.role === 'user');
  const attachments = asked?.attachments ?? [];
  return { route: 'cloud-knowledge', messages, tools, question: asked?.text ?? '', attachments };
}

function valuesOfCode({ language, source, stdin, files, timeoutMs }: CodeRequest, connector: Connector): Values {
  return {
    route: 'cloud-code',
    language: languageOf(language, connector),
    source,
    stdin,
    files,
    folders: foldersOf(files.map(({ name }) => name)),
    timeout_ms: timeoutMs,
    timeout_s: Math.max(1, Math.ceil(timeoutMs / 1000)),
  };
}

function languageOf(language: string, { name, languages }: Connector): unknown {
  if (languages === undefined) return language;
  const found = findLanguage(languages, language);
  if (found !== undefined) return found.value;
  throw new DispatchError('invalid', `connector "${name}" does not run ${language}`, {
    hint: `it runs ${Object.keys(languages).join(', ')}; more can be named in its languages`,
  });
}

/** Those that the files are in, the outer ones first. */
function foldersOf(names: readonly string[]): string[] {
  const folders = names.flatMap((name) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(folders)].sort();
}

/** A program may be silent for as long as it may run. */
function patient(limits: ConnectorLimits, { timeoutMs }: CodeRequest): ConnectorLimits {
  const least = timeoutMs + GRACE_MS;
  return { ...limits, firstByteMs: Math.max(limits.firstByteMs, least), idleMs: Math.max(limits.idleMs, least) };
}

async function keyOf(connector: Connector, deps: KeyDeps, signal: AbortSignal): Promise<string | undefined> {
  if (connector.auth === undefined) return undefined;
  try {
    return await readKey(connector.auth.key, deps, signal);
  } catch (error) {
    if (signal.aborted) throw createFailures(connector, createScrubber([])).cancelled();
    throw ofConnector(connector, error as DispatchError);
  }
}

function named<T>(connector: Connector, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof DispatchError ? ofConnector(connector, error) : error;
  }
}

function ofConnector({ name }: Connector, { code, message, hint }: DispatchError): DispatchError {
  return new DispatchError(code, `connector "${name}": ${message}`, hint === undefined ? {} : { hint });
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
