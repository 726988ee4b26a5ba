/**
 * One question, or one run of code: the calls that it is made of, in order, with the values that they leave for one another. It ends in
 * one of three ways: it is over, it is stopped, or its time is over; and in any of them what is to be made at the end is made.
 */

import { randomUUID } from 'node:crypto';
import type { ConnectorCall, ConnectorLimits } from '../../../core/connectors.ts';
import type { DispatchError } from '../../../core/errors.ts';
import type { Dialler } from './dispatcher.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import type { Failures } from './failures.ts';
import { type Frames, readFrames } from './frames.ts';
import { parseAnswer } from './json.ts';
import type { Search } from './mapping.ts';
import { pollUntilDone } from './poll.ts';
import type { Reply } from './reply.ts';
import { isWanted, itemsOf, type Making, type PreparedRequest, prepare } from './request.ts';
import type { Values } from './templates.ts';
import { readSocket } from './websocket.ts';

/** What all operations of a connector share. */
export interface Workshop {
  readonly making: Making;
  readonly search: Search;
  readonly dialler: Dialler;
  /** For what an answer says is at another origin. */
  readonly outside: () => Promise<Dialler>;
  readonly random: () => number;
  readonly warn: (message: string) => void;
  readonly onHeaders?: (status: number) => void;
}

/** Where a request differs from the others. */
export type Way = Partial<ExchangeContext>;

export interface Operation {
  readonly making: Making;
  readonly failures: Failures;
  readonly search: Search;
  /** Of all that it does, but not of what is made at its end. */
  readonly signal: AbortSignal;
  /** Everything before the answer, then the answer; told when that is asked for. */
  frames(onBegin?: () => void): AsyncGenerator<Frames, void>;
  readonly limits: ConnectorLimits;
  readonly outside: () => Promise<Dialler>;
  send(request: PreparedRequest, way?: Way): Promise<Reply>;
  callJson(call: ConnectorCall, name: string, more?: Values, way?: Way): Promise<unknown>;
  callBytes(call: ConnectorCall, name: string, more?: Values, way?: Way): Promise<Buffer>;
  /** Ends it with this as the reason. */
  stop(reason: DispatchError): void;
  /** Makes the cancel call, unless it is `over`, and those at the end. Never rejects. */
  finish(over: boolean): Promise<void>;
}

const FINISH_MS = 5000;
/** What a call names is what can be undone: it may end when the operation is stopped already. */
const SAVE_MS = 3000;
/** RFC 9110, 9.2.2, for all that a call may say. */
const NOT_REPEATABLE = new Set(['POST', 'PATCH']);
const MOST_EVENT_CHARACTERS = 32 * 2 ** 20;

export function startOperation(
  workshop: Workshop,
  given: Values,
  limits: ConnectorLimits,
  signal: AbortSignal,
): Operation {
  const { making, search, dialler, outside, random, warn, onHeaders } = workshop;
  const { connector, failures } = making;
  const stopping = new AbortController();
  const stopped = (): void => stopping.abort(failures.cancelled());
  const expired = (): void => stopping.abort(failures.timeout('it was not done', limits.totalMs, 'total'));
  const timer = setTimeout(expired, limits.totalMs);
  if (signal.aborted) stopped();
  else signal.addEventListener('abort', stopped, { once: true });

  const lingering = new AbortController();
  let lingerer: NodeJS.Timeout | undefined;
  const linger = (): void => {
    lingerer = setTimeout(() => lingering.abort(stopping.signal.reason), SAVE_MS);
  };
  if (!stopping.signal.aborted) stopping.signal.addEventListener('abort', linger, { once: true });

  const saved: Record<string, unknown> = {};
  const fixed: Values = { ...connector.settings, ...given, id: randomUUID() };
  let begun = false;
  let sent = false;
  /** What is made at the end has a signal of its own: the other one has fired by then. */
  let current = stopping.signal;

  const shared = { dialler, failures, limits, random, ...(onHeaders === undefined ? {} : { onHeaders }) };
  const values = (more: Values = {}): Values => ({ ...fixed, ...saved, ...more });
  const send = (request: PreparedRequest, way: Way = {}): Promise<Reply> => {
    sent ||= !current.aborted;
    return exchange(request, { ...shared, signal: current, ...way });
  };
  const callOnce = (call: ConnectorCall, name: string, all: Values, way?: Way): Promise<Reply> =>
    send(prepare(making, call, name, all), way);
  /** Of what makes something there, and is not asked for at the end. */
  const makingWay = ({ method, save: names }: ConnectorCall): Way => {
    if (current !== stopping.signal) return {};
    const repeatable = connector.idempotencyKeys === true || fixed.route !== 'cloud-code';
    const once = !repeatable && NOT_REPEATABLE.has(method);
    return names === undefined ? { once } : { once, signal: lingering.signal, stopped: stopping.signal };
  };

  const searchAt = (where: string, answer: unknown, expression: string): unknown => {
    try {
      return search(answer, expression);
    } catch (error) {
      throw failures.ofExpression(where, error);
    }
  };

  const save = (call: ConnectorCall, place: string, answer: unknown): void => {
    for (const [name, expression] of Object.entries(call.save ?? {})) {
      const found = searchAt(`${place}.save.${name}`, answer, expression);
      if (found !== null && found !== undefined) saved[name] = found;
    }
  };

  const makeCall = async (call: ConnectorCall, name: string): Promise<void> => {
    if (!isWanted(making, call, name, values())) return;
    for (const all of itemsOf(making, call, name, values())) {
      const reply = await callOnce(call, name, all, makingWay(call));
      if (call.save === undefined) await reply.discard();
      else save(call, name, await readJson(reply, name, failures));
    }
  };

  const step = async (call: ConnectorCall, name: string): Promise<void> => {
    await makeCall(call, name);
    stopping.signal.throwIfAborted();
  };

  const operation: Operation = {
    making,
    failures,
    search,
    signal: stopping.signal,
    limits,
    outside,
    send,
    callJson: async (call, name, more, way) => readJson(await callOnce(call, name, values(more), way), name, failures),
    callBytes: async (call, name, more, way) => (await callOnce(call, name, values(more), way)).bytes(),
    stop: (reason) => stopping.abort(reason),

    async *frames(onBegin) {
      stopping.signal.throwIfAborted();
      for (const [index, call] of connector.before.entries()) await step(call, `before.${index}`);
      onBegin?.();
      const request = prepare(making, connector.call, 'call', values());
      const { response, poll } = connector;
      begun = true;
      if (response.format === 'websocket') {
        yield* readSocket(request, { dialler, failures, limits, signal: stopping.signal });
        return;
      }
      const undone = (): void => {
        begun = false;
      };
      const reply = await send(request, { ...makingWay(connector.call), onUndone: undone });
      const mostCharacters = Math.min(limits.responseBytes, MOST_EVENT_CHARACTERS);
      if (poll === undefined && connector.call.save === undefined) {
        const isLimit = limits.responseBytes <= MOST_EVENT_CHARACTERS;
        yield* readFrames(reply, { response, search, failures, mostCharacters, isLimit });
        return;
      }
      const answer = await readJson(reply, 'call', failures);
      save(connector.call, 'call', answer);
      stopping.signal.throwIfAborted();
      const last = poll === undefined ? answer : await pollUntilDone(operation, poll);
      yield { values: [last], ended: false };
    },

    async finish(over) {
      clearTimeout(timer);
      clearTimeout(lingerer);
      stopping.signal.removeEventListener('abort', linger);
      signal.removeEventListener('abort', stopped);
      if (!over) stopping.abort(failures.cancelled());
      const wanted = begun && !over && connector.cancel !== undefined ? [connector.cancel] : [];
      await inTime(wanted, 'cancel');
      if (sent) await inTime(connector.after, 'after');
    },
  };

  const inTime = async (calls: readonly ConnectorCall[], name: string): Promise<void> => {
    if (calls.length === 0) return;
    const late = new AbortController();
    const clock = setTimeout(
      () => late.abort(failures.timeout('the last calls were not done', FINISH_MS, 'total')),
      FINISH_MS,
    );
    current = late.signal;
    for (const [index, call] of calls.entries()) {
      const place = name === 'cancel' ? name : `${name}.${index}`;
      await makeCall(call, place).catch(({ message }: Error) => {
        // Whoever is told knows the connector.
        warn(`${place}: ${message.replace(`connector "${connector.name}": `, '')}`);
      });
    }
    clearTimeout(clock);
  };
  return operation;
}

async function readJson(reply: Reply, name: string, failures: Failures): Promise<unknown> {
  const type = reply.contentType === '' ? '' : ` (${reply.contentType})`;
  return parseAnswer((await reply.bytes()).toString('utf8'), `what ${name} answered${type}`, failures);
}
