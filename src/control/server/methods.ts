/**
 * What each method does for one connection: most go to the engine as they are; a few belong to the connection itself. Checks
 * parameters; knows nothing of how messages are framed.
 */

import { DispatchError } from '../../core/errors.ts';
import {
  type EngineApi,
  type Method,
  type Params,
  type PeerStatus,
  type PlainMethod,
  PROTOCOL_VERSION,
  type Result,
} from '../../protocol/api.ts';
import { RPC_CODES, RpcFault } from '../../protocol/json-rpc.ts';
import { SCHEMAS } from '../../protocol/schemas.ts';
import { describeIssue } from './issue-words.ts';
import type { OpenStream, Streams } from './streams.ts';

/** What a method gives, and what is to happen once the client has been told. */
export interface Answered {
  readonly result: unknown;
  readonly after?: () => void;
}

export type Call = (method: Method, params: unknown) => Promise<Answered>;

/** These take their effect in the order in which they came, and what comes after them sees it. */
const IN_ORDER: ReadonlySet<Method> = new Set<Method>([
  'submit',
  'transfer',
  'retry',
  'cancel',
  'decide',
  'resize',
  'signal',
  'say',
  'device.rename',
  'device.revoke',
  'permissions.set',
  'approval.edit',
  'policy.add',
  'policy.remove',
  'pair.open',
  'pair.close',
]);

export interface MethodContext {
  readonly api: EngineApi;
  readonly streams: Streams;
  readonly status: () => PeerStatus;
  readonly onStop: () => void;
  /** Begins to tell changes; once a connection. */
  readonly startFollowing: (cursor: Params<'follow'>['cursor']) => void;
  /** A method is about to be called: whoever calls some is told from then on what comes of them. */
  readonly onCall: (method: Method) => void;
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal;
}

type Handlers = {
  [M in Exclude<Method, Exclude<PlainMethod, 'artifact.fetch'> | 'hello'>]: (
    params: Params<M>,
  ) => Promise<{ result: Result<M>; after?: () => void }>;
};

/** The calls of one connection. */
export function createCalls(context: MethodContext): Call {
  const own = ownMethods(context);
  let before: Promise<unknown> = Promise.resolve();
  return async (method, given) => {
    if (method === 'hello')
      throw new RpcFault(RPC_CODES.request, 'this connection has said hello before', 'say it once');
    const params = parse(method, given);
    context.onCall(method);
    const turn = before.then(() => dispatch(context.api, own, method, params));
    if (IN_ORDER.has(method)) before = turn.catch(() => {});
    return turn;
  };
}

function dispatch<M extends Exclude<Method, 'hello'>>(
  api: EngineApi,
  own: Handlers,
  method: M,
  params: Params<M>,
): Promise<Answered> {
  if (isOwn(own, method)) return (own[method] as (params: unknown) => Promise<Answered>)(params);
  return (api[method as PlainMethod] as (params: unknown) => Promise<unknown>)
    .call(api, params)
    .then((result) => ({ result }));
}

function isOwn(own: Handlers, method: Method): method is keyof Handlers {
  return Object.hasOwn(own, method);
}

/** Finds the method by its name. */
export function methodNamed(name: string): Method {
  if (Object.hasOwn(SCHEMAS, name)) return name as Method;
  throw new RpcFault(
    RPC_CODES.method,
    `this peer knows no method "${name.slice(0, 64)}"`,
    'bring both sides to the same version of Dispatch',
  );
}

function parse<M extends Method>(method: M, given: unknown): Params<M> {
  const parsed = SCHEMAS[method].safeParse(given ?? {});
  if (parsed.success) return parsed.data as Params<M>;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.').slice(0, 200)}: `;
  const what = issue === undefined ? '' : describeIssue(issue).slice(0, 500);
  throw new RpcFault(RPC_CODES.params, `wrong parameters of "${method}": ${where}${what}`, 'mend them and try again');
}

/** Throws `version` if the two cannot talk to each other. */
export function checkHello(given: unknown, status: PeerStatus): Params<'hello'> {
  const theirs = (given as { protocol?: unknown } | null | undefined)?.protocol;
  if (Number.isInteger(theirs) && theirs !== PROTOCOL_VERSION) {
    const newer = (theirs as number) > PROTOCOL_VERSION;
    throw new DispatchError(
      'version',
      `the client speaks version ${String(theirs)} of the protocol, the peer (Dispatch ${status.version}, process ${status.pid}) version ${PROTOCOL_VERSION}`,
      {
        hint: newer
          ? 'the peer is the older one: stop it with its own "dispatch peer stop" (or kill it) and start it again'
          : 'the client is the older one: use the Dispatch that the peer was started from',
        details: { client: theirs, peer: PROTOCOL_VERSION, pid: status.pid },
      },
    );
  }
  return parse('hello', given);
}

function ownMethods({ api, streams, status, onStop, startFollowing, signal }: MethodContext): Handlers {
  return {
    'artifact.fetch': async (params) => ({ result: await api['artifact.fetch'](params, signal) }),
    status: async () => ({ result: status() }),
    stop: async () => ({ result: { stopping: true }, after: onStop }),
    follow: async ({ cursor }) => ({ result: { following: true }, after: () => startFollowing(cursor) }),
    'output.open': (params) =>
      opening(streams, async (stream) => {
        const { run, size, chunks } = await api.output(params, stream.signal);
        return { result: { stream: stream.stream, run, size }, after: () => stream.send(chunks, params.offset) };
      }),
    'blob.open': (params) =>
      opening(streams, async (stream) => {
        const { artifact, chunks } = await api.blob(params, stream.signal);
        return { result: { stream: stream.stream, artifact }, after: () => stream.send(chunks, params.offset) };
      }),
    'input.open': (params) =>
      opening(streams, async (stream) => {
        const target = await api.input(params, stream.signal);
        stream.receive(target);
        return { result: { stream: stream.stream } };
      }),
    'input.end': async ({ stream }) => {
      await streams.endInput(stream);
      return { result: {} };
    },
    'stream.close': async ({ stream }) => {
      streams.close(stream);
      return { result: {} };
    },
  };
}

async function opening<T>(streams: Streams, open: (stream: OpenStream) => Promise<T>): Promise<T> {
  const stream = streams.open();
  try {
    return await open(stream);
  } catch (error) {
    stream.abandon();
    throw error;
  }
}
