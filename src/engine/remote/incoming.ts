/**
 * What this device does for others. Each call asks anew what the caller may do here, before it looks at anything else: a grant that
 * went a moment ago allows nothing, and who may not is told no more than that.
 */

import { type Action, routeOf } from '../../core/actions.ts';
import type { Actor } from '../../core/approvals.ts';
import type { RunCommand } from '../../core/commands.ts';
import { DispatchError } from '../../core/errors.ts';
import { type Grant, ownsRun } from '../../core/grants.ts';
import type { ApprovalId, ArtifactId, DeviceId, RunId } from '../../core/ids.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import { parsePlace } from '../../core/thread.ts';
import type { EngineApi, OutputChunk } from '../../protocol/api.ts';
import type { Offer, PeerMethods } from '../../protocol/peer-api.ts';
import type { Answers } from '../answers.ts';
import { explainAction } from '../checks.ts';
import { completePath } from '../completions.ts';
import type { EngineDeps } from '../context.ts';
import { nameOf, reportOf } from '../devices.ts';
import type { Executions } from '../execution.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../journal.ts';
import { maskTask } from '../masking.ts';
import { maskForOthers, observedFrom } from '../observed-output.ts';
import { readOpenRuns } from '../open-runs.ts';
import type { PeerService } from '../peer-ports.ts';
import type { ProgressHub } from '../progress.ts';
import { createRoom } from '../room.ts';
import { requireOwnThread } from './asked-of-thread.ts';
import { tellLog } from './log-teller.ts';
import type { Transfers } from './transfers.ts';

/**
 * Runs of one device that may be open here at once. All of them may wait for an answer, and a client that looks at what waits sees 200
 * at once: those of one device must not fill that.
 */
const MOST_OPEN = 120;

export interface IncomingDeps extends EngineDeps {
  readonly journal: Journal;
  readonly feed: Feed;
  readonly executions: Executions;
  readonly answers: Answers;
  /** Takes a run on. Never rejects: trouble ends the run. */
  readonly admit: (run: Run) => Promise<void>;
  readonly cancel: (run: RunId, by: Actor) => Promise<Run>;
  /** The streams of this engine, by id. */
  readonly streams: Pick<EngineApi, 'output' | 'blob' | 'input'>;
  readonly transfers: Pick<Transfers, 'read' | 'ended'>;
  readonly progress: Pick<ProgressHub, 'onProgress'>;
  readonly running: () => number;
  /** True while the peer is about to end: it takes no new work. */
  readonly stopping: () => boolean;
  readonly onReport: (listener: () => void) => () => void;
}

export function createIncoming(deps: IncomingDeps): PeerService {
  const { store, journal, grants, clock, executions } = deps;
  const self = deps.identity.device;

  const require = (caller: DeviceId, grant: Grant): void => {
    if (!grants.of(caller).includes(grant)) throw refused(grant);
  };
  /** A run of the caller's that is executed here. One of somebody else is as if it were not there. */
  const ownRun = async (caller: DeviceId, id: RunId): Promise<Run> => {
    require(caller, 'run');
    const state = await store.run(id);
    if (state === undefined || !ownsRun(grants.of(caller), caller, state.run)) throw unknown('run', id);
    return state.run;
  };
  /** A run whose output and artifacts the caller may read. */
  const readableRun = async (caller: DeviceId, id: RunId): Promise<Run> => {
    if (!grants.of(caller).includes('observe')) return ownRun(caller, id);
    const state = await store.run(id);
    if (state === undefined || state.run.device !== self) throw unknown('run', id);
    return state.run;
  };
  /**
   * The same for one artifact. What a request shows is for whoever may answer it; whoever merely asks sees it once somebody said yes: to
   * ask for a click must not show the screen.
   */
  const shownRun = async (caller: DeviceId, id: RunId, artifact: ArtifactId): Promise<Run> => {
    const asked = await store.approvalsOf(id);
    const showing = asked.filter(({ payload }) => payload.picture === artifact || payload.diffArtifact === artifact);
    if (showing.length === 0 || grants.of(caller).includes('observe')) return readableRun(caller, id);
    if (!grants.of(caller).includes('approve')) {
      const run = await readableRun(caller, id);
      if (showing.some(({ status }) => status === 'approved')) return run;
      throw notYetShown();
    }
    const state = await store.run(id);
    return state === undefined || state.run.device !== self ? readableRun(caller, id) : state.run;
  };
  const mayRead = (caller: DeviceId, run: Run): boolean =>
    grants.of(caller).includes('observe') || ownsRun(grants.of(caller), caller, run);
  /** What `open` gives, for as long as the caller may read the run: cut off, it fails, and has no end that looks like one. */
  const whileReadable = async <T extends { chunks: AsyncIterable<OutputChunk> }>(
    caller: DeviceId,
    run: Run,
    signal: AbortSignal,
    open: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const over = new AbortController();
    const stop = grants.onChange(() => {
      if (!mayRead(caller, run)) over.abort();
    });
    signal.addEventListener('abort', stop, { once: true });
    const opened = await open(AbortSignal.any([signal, over.signal]));
    return { ...opened, chunks: untilCutOff(opened.chunks, over.signal) };
  };
  /** Whoever may answer may also see what it answers. */
  const askedHere = async (caller: DeviceId, approval: ApprovalId): Promise<void> => {
    require(caller, 'approve');
    if ((await store.approval(approval))?.device !== self) throw unknown('approval', approval);
  };
  const human = (caller: DeviceId): Actor => ({ kind: 'human', device: caller });

  const room = createRoom<DeviceId>({
    most: MOST_OPEN,
    count: async (caller) =>
      (await readOpenRuns(store, ({ origin, device }) => origin === caller && device === self)).length,
  });
  /** A device may keep this one busy, and no more. What is given is to be called when the run is in the log, or will not be. */
  const requireRoom = async (caller: DeviceId): Promise<() => void> => {
    const entered = await room.enter(caller);
    if (entered !== undefined) return entered;
    throw new DispatchError('unavailable', `${MOST_OPEN} runs of yours are open here, which is the limit`, {
      retryable: true,
      hint: 'the run waits until some are over',
    });
  };

  const receive = async (caller: DeviceId, offer: Offer): Promise<Run> => {
    const { action, by, place } = offer;
    // Inline code reads the whole thread: it is for the session of the person who writes it, and never for another device.
    if (action.kind === 'inline') {
      throw new DispatchError('refused', 'inline code is not taken from other devices', {
        hint: 'run expressions on your own device',
      });
    }
    await requireOwnThread(deps, caller, action);
    if (by.device !== caller || parsePlace(place)?.device !== caller) {
      throw new DispatchError('invalid', 'an offer speaks for another device than the one that makes it', {
        hint: 'bring both sides to the same version of Dispatch',
      });
    }
    const entered = await requireRoom(caller);
    try {
      return await enter(caller, offer, action);
    } finally {
      entered();
    }
  };

  const enter = async (caller: DeviceId, offer: Offer, action: Action): Promise<Run> => {
    const { run: id, task, because, by, place, retryOf, group, expiresInMs, noWait, approve, cancel } = offer;
    const { masked, ...shown } = await maskTask(deps.finder, task, action);
    if (masked) await deps.vault.keep(id, action);
    const approved = approve !== undefined && grants.of(caller).includes('approve');
    const data = {
      number: store.nextRunNumber(),
      ...shown,
      route: routeOf(action),
      device: self,
      because,
      origin: caller,
      place,
      ...(retryOf === undefined ? {} : { retryOf }),
      ...(group === undefined ? {} : { group }),
      ...(expiresInMs === undefined ? {} : { expiresAt: clock.now() + expiresInMs }),
      ...(masked ? { masked: true as const } : {}),
      ...(approved ? { approved: true as const, beforehand: approve } : {}),
      ...(noWait === undefined ? {} : { noWait }),
    };
    const tooLate = expiresInMs !== undefined && expiresInMs <= 0;
    const end: RunCommand[] =
      cancel === true || tooLate ? [{ type: 'cancel', data: { reason: cancel === true ? 'user' : 'expired' } }] : [];
    const at = parsePlace(place);
    const options = { by, sync: end.length > 0, ...(at === undefined ? {} : { seen: at.at }) };
    const { run } = await journal.apply(id, [{ type: 'receive', data }, ...end], options);
    // Not waited for: what becomes of it is told in the log, and its output can be asked for at once.
    if (!isFinal(run)) void deps.admit(run);
    return run;
  };

  /** Offers that are being looked at, by run: the same one twice at once is received once, and its output may be asked for. */
  const receiving = new Map<RunId, Promise<unknown>>();
  const offer = (caller: DeviceId, params: Offer): Promise<Run> => {
    const before = receiving.get(params.run) ?? Promise.resolve();
    const answer = before.then(() => answerOffer(caller, params));
    const settled = answer
      .catch(() => {})
      .finally(() => {
        if (receiving.get(params.run) === settled) receiving.delete(params.run);
      });
    receiving.set(params.run, settled);
    return answer;
  };
  const answerOffer = async (caller: DeviceId, params: Offer): Promise<Run> => {
    const known = await store.run(params.run);
    if (known === undefined) {
      // A run that is here already is told of whatever may be done now: the caller must know that it is.
      require(caller, 'run');
      if (!deps.stopping()) return receive(caller, params);
      throw new DispatchError('unavailable', 'the device is stopping', {
        retryable: true,
        hint: 'the run waits for it to come back',
      });
    }
    if (known.run.origin !== caller || known.run.device !== self) {
      throw new DispatchError('conflict', 'another run has this id here', { hint: 'submit it again' });
    }
    return params.cancel === true && !isFinal(known.run) ? deps.cancel(params.run, human(caller)) : known.run;
  };

  const methods: {
    [M in keyof PeerMethods]: (caller: DeviceId, params: PeerMethods[M][0]) => Promise<PeerMethods[M][1]>;
  } = {
    offer: async (caller, params) => ({ run: await offer(caller, params) }),
    async cancel(caller, { run }) {
      await ownRun(caller, run);
      return { run: await deps.cancel(run, human(caller)) };
    },
    async withdraw(caller, { run: id, note }) {
      const run = await ownRun(caller, id);
      if (run.device !== self) throw unknown('run', id);
      await journal.apply(id, [{ type: 'withdraw', note }], { by: human(caller), sync: true });
      // It is over: this takes it out of the queue.
      return { run: await deps.cancel(id, human(caller)) };
    },
    async decide(caller, { approval, signature, ...answer }) {
      await askedHere(caller, approval);
      return deps.answers.take(caller, approval, answer, signature);
    },
    async edit(caller, edited) {
      await askedHere(caller, edited.approval);
      // Whoever answers for a command of their own has it run: that takes what having it run takes.
      require(caller, 'run');
      return deps.answers.edit(human(caller), edited);
    },
    async propose(caller, { approval }) {
      await askedHere(caller, approval);
      return deps.answers.propose(approval);
    },
    async check(caller, { action, as = 'human' }) {
      require(caller, 'run');
      return explainAction(deps, action, { kind: as, device: caller, name: nameOf(deps, caller) });
    },
    async complete(caller, request) {
      require(caller, 'run');
      const requester = { kind: 'human', device: caller, name: nameOf(deps, caller) } as const;
      return { completions: await completePath(deps, requester, request) };
    },
    async probe(caller) {
      if (grants.of(caller).length === 0) throw refused('run');
      await deps.prober.probe();
      return {};
    },
    async 'transfer-end'(caller, { run, end }) {
      await deps.transfers.ended(caller, run, end);
      return {};
    },
    async resize(caller, { run, cols, rows }) {
      await ownRun(caller, run);
      executions.control(run).resize(cols, rows);
      return {};
    },
    async signal(caller, { run, signal }) {
      await ownRun(caller, run);
      executions.control(run).kill(signal);
      return {};
    },
  };

  return {
    call: (caller, method, params) => methods[method](caller, params),
    log: (caller, { after }, signal) => tellLog({ ...deps, self }, caller, after, signal),
    async output(caller, { run, offset, maxLag }, signal) {
      await receiving.get(run);
      const readable = await readableRun(caller, run);
      // Whose terminal it is sees it as it is; whoever else may watch sees no secrets.
      const isOther = caller !== readable.origin;
      const from = isOther ? observedFrom(offset) : offset;
      const params = { run, offset: from, ...(maxLag === undefined ? {} : { maxLag }) };
      const { size, chunks } = await whileReadable(caller, readable, signal, (both) =>
        deps.streams.output(params, both),
      );
      return { size, chunks: isOther ? maskForOthers(chunks, offset) : chunks };
    },
    async blob(caller, { artifact: id, offset }, signal) {
      const artifact = await store.artifact(id);
      if (artifact === undefined || artifact.device !== self) {
        if (grants.of(caller).length === 0) throw refused('run');
        throw unknown('artifact', id);
      }
      const readable = await shownRun(caller, artifact.runId, id);
      if (artifact.kind === 'output' && caller !== readable.origin) throw shownMasked();
      const { chunks } = await whileReadable(caller, readable, signal, (both) =>
        deps.streams.blob({ artifact: id, offset }, both),
      );
      return { sizeBytes: artifact.sizeBytes, chunks };
    },
    async input(caller, { run }, signal) {
      await ownRun(caller, run);
      const input = await deps.streams.input({ run }, signal);
      return {
        write(bytes) {
          if (!grants.of(caller).includes('run')) throw refused('run');
          return input.write(bytes);
        },
        end: () => input.end(),
        close: () => input.close?.(),
      };
    },
    transfer: (caller, request, signal) => deps.transfers.read(caller, request, signal),
    onProgress: (caller, listener) =>
      deps.progress.onProgress((id, progress) => {
        const tell = async (): Promise<void> => {
          const run = (await store.run(id))?.run;
          if (run !== undefined && mayRead(caller, run)) listener(id, progress);
        };
        tell().catch((error: unknown) => deps.onFault(`telling how far run ${id} is`, error));
      }),
    report: () => reportOf(deps, deps.running()),
    onReport: deps.onReport,
  };
}

async function* untilCutOff(chunks: AsyncIterable<OutputChunk>, cut: AbortSignal): AsyncIterable<OutputChunk> {
  for await (const chunk of chunks) {
    if (cut.aborted) break;
    yield chunk;
  }
  if (cut.aborted) throw refused('observe');
}

/** Its bytes have a hash, and masked ones another. */
function shownMasked(): DispatchError {
  return new DispatchError(
    'refused',
    "what somebody else's run printed is shown with its secrets masked, and not given as a file",
    {
      hint: 'read it with "dispatch logs RUN"',
    },
  );
}

function notYetShown(): DispatchError {
  return new DispatchError('refused', 'what a request shows is for those who may answer it', {
    hint: 'once one of them has said yes, you see it, too',
  });
}

function refused(grant: Grant): DispatchError {
  return new DispatchError('refused', `this device does not let you ${VERBS[grant]}`, {
    hint: `its owner allows it with "dispatch pair --allow ${grant}" there, and a new ticket`,
  });
}

const VERBS: Readonly<Record<Grant, string>> = {
  run: 'run tasks on it',
  approve: 'answer for it',
  observe: 'watch its thread',
};

function unknown(kind: 'run' | 'approval' | 'artifact', id: RunId | ApprovalId | string): DispatchError {
  return new DispatchError('not-found', `there is no ${kind} ${id} that you may see`, {
    hint: 'see "dispatch ps" and "dispatch devices"',
  });
}
