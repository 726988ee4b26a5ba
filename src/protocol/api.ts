/**
 * The one engine API: every method with its parameters and its result. The engine implements it, the control server speaks it
 * as JSON-RPC 2.0, clients call it. Types only, so that a client loads nothing by importing it.
 */

import type { AccessLevel } from '../core/access.ts';
import type { Action, StartedPlan } from '../core/actions.ts';
import type { Actor, Approval, Decision } from '../core/approvals.ts';
import type { ArtifactKind, PublishedArtifact, RemovalReason } from '../core/artifacts.ts';
import type { Device, Permissions, RevokedDevice } from '../core/devices.ts';
import type { LogEvent } from '../core/events.ts';
import type { EntryKey } from '../core/ids.ts';
import type { GateAnswer } from '../core/policy/gate.ts';
import type { Rule, RuleBody } from '../core/policy/rules.ts';
import type { RouteSources } from '../core/routing/context.ts';
import type { RouteAnswer } from '../core/routing/route-answer.ts';
import type { Run, RunStatus } from '../core/runs.ts';
import type { Cursor, Message, ThreadEntry } from '../core/thread.ts';
import type { AuditRecord, AuditVerification } from './audit-api.ts';
import type { ConnectorMethods } from './connector-api.ts';
import type {
  LanDevice,
  PairConfirmParams,
  PairEvent,
  PairingSession,
  PairJoinParams,
  PairOpenParams,
  PairProposal,
} from './pairing-api.ts';

/** Raised when a message changes so that an older side would misread it. */
export const PROTOCOL_VERSION = 2;

/** Terminal size in character cells. */
export interface TtySize {
  cols: number;
  rows: number;
}

/** A run, approval or artifact as people name it: an id, a unique prefix of one, or a run's short number. */
export type Ref = string;

export interface SubmitParams {
  /** Made by the client, so that sending it twice submits once. */
  id: string;
  /** What the person typed; routed by the grammar unless `action` says what to do. */
  task: string;
  action?: Action;
  /** Names, id prefixes, `local` or `@all`; only together with `action`. Several: one run each, in one group. */
  devices?: string[];
  /** Cancelled if no device has accepted it within this time, in milliseconds. */
  expiresInMs?: number;
  /** Where the person stands: the working folder for tasks on this machine. */
  cwd?: string;
  /** Give the command a terminal of this size. */
  tty?: TtySize;
  /** Fail at once instead of waiting for a person. */
  noWait?: boolean;
  /** The person who submits it says yes to it in the same breath. Never overrides a deny. */
  approve?: boolean;
  /** Of a question: it goes on with the newest answer of its device. */
  followUp?: true;
  /** A program asks, and no person: rules may treat it apart, and it may not say yes for itself. */
  as?: 'agent';
}

/** How far an execution is. */
export interface Progress {
  /** What it does now, as a phrase. */
  text: string;
  step?: number;
  steps?: number;
  bytes?: number;
  totalBytes?: number;
}

/** One of the names that a path may go on with. */
export interface Completion {
  name: string;
  folder: boolean;
}

/** A file or folder of a device, as people write it. */
export interface FilePlace {
  /** As for `findDevice`: a name, the beginning of an id, or `local`. */
  device: string;
  path: string;
}

export interface TransferParams {
  /** Made by the client, so that sending it twice submits once; the run that receives has it. */
  id: string;
  task: string;
  from: FilePlace;
  to: FilePlace;
  overwrite?: boolean;
  /** Where the person stands, for relative paths on this machine. */
  cwd?: string;
  noWait?: boolean;
  /** The person says yes to both runs in the same breath. */
  approve?: boolean;
  as?: 'agent';
}

/** Everything known of one run. */
export interface RunDetail {
  run: Run;
  /** What a connector said to its question. */
  answer?: Message;
  /** What its device wrote down when it started; absent before, and of runs of older versions. */
  plan?: StartedPlan;
  approvals: Approval[];
  artifacts: PublishedArtifact[];
}

/** Those that are paired, this one first, and those that were. */
export interface KnownDevices {
  devices: Device[];
  revoked: RevokedDevice[];
}

/** The state a dashboard starts from; what comes later follows from `cursor`. */
export interface Snapshot extends KnownDevices {
  device: Device;
  /** The newest entries, oldest first. */
  entries: ThreadEntry[];
  /** True if there are older ones. */
  more: boolean;
  /** Runs that are not final, and the newest that are, newest first. */
  runs: Run[];
  /** What tasks are routed by on this device. */
  routing: RouteSources;
  approvals: Extract<Approval, { status: 'pending' }>[];
  cursor: Cursor;
}

/** One step of the thread: what happened, and the entry that it concerns as it is now. */
export interface Change {
  event: LogEvent;
  entry: ThreadEntry;
  /** The run of an approval or an artifact, as it is now. */
  run?: Run;
}

export interface PeerStatus {
  pid: number;
  id: string;
  name: string;
  version: string;
  protocol: number;
  /** Changes with every start of the peer. */
  instance: string;
  addresses: string[];
  home: string;
  startedAt: number;
  load: { running: number; queued: number };
}

/** What the owner allows on a device, whoever asks. */
export interface OwnersLimits {
  permissions: Permissions;
  /** Absolute. */
  reachableFolders: string[];
  maxAccess: AccessLevel;
}

/** What is to change of it; what is absent stays. */
export interface PermissionsParams {
  permissions?: Partial<Permissions>;
  /** All of them, as people write them: `~` is the home folder. */
  reachableFolders?: string[];
  /** One more, or fewer, than there are. Only without `reachableFolders`. */
  addFolders?: string[];
  removeFolders?: string[];
  maxAccess?: AccessLevel;
}

export interface DecideParams {
  approval: Ref;
  decision: Decision;
  /** What the person was shown; without it the caller answers for what is pending now. */
  digest?: string;
  note?: string;
  /** With `approve-for-run`: for how long further requests of the run are answered so, in milliseconds; 15 minutes if absent. */
  forMs?: number;
  /** With `approve-always`: the rule that the person was shown. */
  rule?: RuleBody;
}

/** What went for good, or would. */
export interface Pruned {
  /** The oldest of this device's own artifacts whose bytes went, and how many in all. */
  artifacts: (PublishedArtifact & { reason: RemovalReason })[];
  count: number;
  /** Copies of what other devices keep, and content that nothing named any more. */
  copies: number;
  leftovers: number;
  /** That are free now; content that something else needs takes its room still. */
  bytes: number;
  /** That stay. */
  keptBytes: number;
}

export interface DoctorCheck {
  name: string;
  ok: boolean;
  detail: string;
  fix?: string;
}

/** method → [parameters, result]. */
export interface Methods extends ConnectorMethods {
  hello: [{ protocol: number; version: string; client: string }, PeerStatus];
  status: [Record<string, never>, PeerStatus];
  /** Answers, then ends the peer; running runs are stopped and become failed/interrupted. */
  stop: [Record<string, never>, { stopping: true }];
  snapshot: [{ entries: number }, Snapshot];
  /** From now on the peer sends `change` notifications: first those after the cursor, then as they happen. */
  follow: [{ cursor: Cursor }, { following: true }];
  /** `runs`: one for each device, `run` being the first of them. */
  submit: [SubmitParams, { run: Run; runs: Run[] }];
  route: [{ task: string; cwd?: string; tty?: TtySize }, RouteAnswer];
  cancel: [{ run: Ref }, { run: Run }];
  /** `connector`: asks another one. */
  retry: [{ run: Ref; connector?: string; id: string; as?: 'agent' }, { run: Run }];
  /** Sends a run that nobody has begun elsewhere, as a new run. At least one of `device` and `connector`. */
  reroute: [{ run: Ref; device?: string; connector?: string; id: string; as?: 'agent' }, { run: Run }];
  /** `approval.status` is still `pending` where more people must agree. */
  decide: [DecideParams, { approval: Approval; run: Run }];
  /** Asks anew, for a changed command: the request that was shown is withdrawn and the new one has to be answered. */
  'approval.edit': [{ approval: Ref; digest: string; command: string }, { approval: Approval; run: Run }];
  /** The narrowest useful rule that would let the like of a pending request through, and its text for config.toml. */
  'approval.propose': [{ approval: Ref }, { rule: RuleBody; toml: string }];
  /** Has one device send and another receive: two runs of one group. `run` is the one that receives. */
  transfer: [TransferParams, { run: Run; runs: Run[] }];
  /** Names that a path on a device may go on with, in reachable folders. Nothing runs, and nothing is written down. */
  'files.complete': [{ device?: string; path: string; cwd?: string; limit: number }, { completions: Completion[] }];
  resize: [{ run: Ref; cols: number; rows: number }, Record<string, never>];
  signal: [{ run: Ref; signal: string }, Record<string, never>];
  say: [{ text: string }, { entry: ThreadEntry }];
  'thread.read': [{ before?: EntryKey; after?: EntryKey; limit: number }, { entries: ThreadEntry[]; more: boolean }];
  /**
   * What a query finds (core/search/query.ts is its grammar), newest first; with `after`, oldest first from there. An answer may hold
   * little, or nothing, and yet not be the last: `next` is where to go on, as `before` or `after`.
   */
  search: [
    { query: string; before?: EntryKey; after?: EntryKey; limit: number },
    { entries: ThreadEntry[]; more: boolean; next?: EntryKey },
  ];
  'run.get': [{ run: Ref }, RunDetail];
  'runs.list': [{ status?: RunStatus[]; before?: string; limit: number }, { runs: Run[]; more: boolean }];
  /** Answers when each of them is final or, with `orApproval`, waits for a person. */
  wait: [{ runs: Ref[]; orApproval?: boolean }, { runs: Run[] }];
  'approvals.list': [{ all?: boolean; limit: number }, { approvals: Approval[] }];
  /** Newest first, or in the order of the run that they are of. */
  'artifacts.list': [{ run?: Ref; kinds?: ArtifactKind[]; limit: number }, { artifacts: PublishedArtifact[] }];
  /** Removes the bytes that are kept no longer, as the owner set it; `dry` only tells which. */
  'artifacts.prune': [{ dry: boolean }, Pruned];
  'artifact.get': [{ artifact: Ref }, { artifact: PublishedArtifact }];
  /** `probe`: every device that is there looks again what it can do, before the answer. */
  devices: [{ probe?: boolean }, KnownDevices];
  /** Of this device: what it calls itself, kept in config.toml. Of another: what it is called here. */
  'device.rename': [{ device: string; name: string }, { device: Device }];
  /** Ends what the device has running here, hangs up, and never lets it in again without a new ceremony. */
  'device.revoke': [{ device: string }, { id: string; name: string }];
  /** Of this device only; kept in config.toml, obeyed at once. */
  'permissions.set': [PermissionsParams, OwnersLimits];
  /** Opens a pairing session and ends the one before it. What happens in it comes as `pair` notifications. */
  'pair.open': [PairOpenParams, PairingSession];
  'pair.close': [Record<string, never>, { closed: boolean }];
  /** Takes up a ticket: answers when the other side has proved that it holds the secret, before anything is kept. */
  'pair.join': [PairJoinParams, PairProposal];
  /** Says yes or no to a proposal. Answers when both sides have it on disk. */
  'pair.confirm': [PairConfirmParams, { paired: false } | { paired: true; device: Device }];
  /** Devices on the LAN that have a pairing session open. */
  'pair.lan': [Record<string, never>, { found: LanDevice[] }];
  /** Has the bytes of an artifact here, from the device that holds it; `fetch` notifications tell how far it is. */
  'artifact.fetch': [{ artifact: Ref }, { artifact: PublishedArtifact }];
  /** What the device would do with a command; nothing runs. `device`: this one if absent; another one is asked, and answers for itself. */
  'policy.check': [
    ({ command: string; access?: AccessLevel; cwd?: string } | { action: Action }) & {
      device?: string;
      as?: Actor['kind'];
    },
    GateAnswer,
  ];
  'policy.list': [Record<string, never>, { rules: Rule[] }];
  /** On this device only; kept in config.toml, obeyed at once. */
  'policy.add': [{ rule: RuleBody }, { rule: Rule; toml: string }];
  'policy.remove': [{ name: string }, { rule: Rule }];
  /** The newest runs first; one, with `run`. */
  audit: [{ run?: Ref; before?: string; limit: number }, { records: AuditRecord[]; more: boolean }];
  /** `artifacts`: also reads every artifact of this device's own runs; that takes as long as reading all of them does. */
  'audit.verify': [{ artifacts?: boolean }, AuditVerification];
  /** Looks again what the device can do. Quick, whatever the length of the log; `verify` compares the whole log with all that was made from it. */
  doctor: [{ rebuild?: boolean; verify?: boolean }, { checks: DoctorCheck[] }];
  /** Opens a raw stream of the run's output from a byte offset, live until the run ends. */
  'output.open': [OutputParams, { stream: number; run: Run; size: number }];
  /** Opens a raw stream of an artifact's bytes. */
  'blob.open': [{ artifact: Ref; offset: number }, { stream: number; artifact: PublishedArtifact }];
  /** Opens a raw stream towards the run's terminal or standard input. */
  'input.open': [{ run: Ref }, { stream: number }];
  /** End of the run's standard input. */
  'input.end': [{ stream: number }, Record<string, never>];
  'stream.close': [{ stream: number }, Record<string, never>];
}

export interface OutputParams {
  run: Ref;
  offset: number;
  /** If the reader falls back further than this many bytes, skip ahead: for viewers that want the present, not the whole. */
  maxLag?: number;
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M][0];
export type Result<M extends Method> = Methods[M][1];

/** What the peer says unasked: notification → parameters. */
export interface Notifications {
  change: Change;
  /** What tasks are routed by may change with it. */
  devices: KnownDevices & { routing: RouteSources };
  /** To the clients that have called any `pair.` method. */
  pair: PairEvent;
  /** To the client that called `artifact.fetch`. */
  fetch: { artifact: string; bytes: number; sizeBytes: number };
  /** To clients that follow, or have to do with a run: how far one is that executes here or elsewhere; a few times a second at most, and never kept. */
  progress: { run: string; progress: Progress };
  /** All bytes of the stream have been sent. `size` is the offset after the last one. */
  'stream.end': { stream: number; size: number; error?: { code: string; message: string } };
  /** The peer is about to end. */
  stopping: { reason: string };
}

/** A piece of output. An offset beyond the end of the piece before means that what lies between was dropped by the cap or skipped. */
export interface OutputChunk {
  offset: number;
  bytes: Uint8Array;
}

/** The streaming half of the API: what travels raw. */
export interface EngineStreams {
  output(
    params: OutputParams,
    signal: AbortSignal,
  ): Promise<{ run: Run; size: number; chunks: AsyncIterable<OutputChunk> }>;
  /** `fleeting`: a piece is good only until the one after the next is asked for, which makes it faster. */
  blob(
    params: { artifact: Ref; offset: number; fleeting?: boolean },
    signal: AbortSignal,
  ): Promise<{ artifact: PublishedArtifact; chunks: AsyncIterable<OutputChunk> }>;
  input(
    params: { run: Ref },
    signal?: AbortSignal,
  ): Promise<{
    write(bytes: Uint8Array): void | Promise<void>;
    end(): void | Promise<void>;
    /** Leaves the input open for others. */
    close?(): void;
  }>;
}

/** Methods that are plain request and answer. */
export type PlainMethod = Exclude<
  Method,
  'hello' | 'status' | 'stop' | 'follow' | 'output.open' | 'blob.open' | 'input.open' | 'input.end' | 'stream.close'
>;

/** What the control server (and later a peer stream) serves. */
export type EngineApi = {
  [M in Exclude<PlainMethod, 'artifact.fetch'>]: (params: Params<M>) => Promise<Result<M>>;
} & EngineStreams & {
    /** What has come stays when the signal aborts, for the next who fetches it. */
    'artifact.fetch'(params: Params<'artifact.fetch'>, signal: AbortSignal): Promise<Result<'artifact.fetch'>>;
    /** Calls back with every change after the cursor, in order, until the signal aborts. */
    follow(cursor: Cursor, listener: (change: Change) => void, signal: AbortSignal): Promise<void>;
    /** Calls back when the devices, their presence, or what tasks are routed by change. */
    onDevices(listener: (known: Notifications['devices']) => void): () => void;
    /** Calls back with what happens in the pairing session of this device. */
    onPair(listener: (event: PairEvent) => void): () => void;
    /** Calls back with how far runs are. */
    onProgress(listener: (progress: Notifications['progress']) => void): () => void;
    /** Calls back with how far the fetches are. */
    onFetch(listener: (progress: Notifications['fetch']) => void): () => void;
  };
