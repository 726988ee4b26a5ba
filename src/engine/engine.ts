/**
 * Makes the domain happen on this device: the table of contents of the engine. Everything that changes goes through the
 * journal; everything that acts goes through the gate.
 */

import type { AccessLevel } from '../core/access.ts';
import type { Action } from '../core/actions.ts';
import type { Actor, Approval } from '../core/approvals.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { ApprovalId, MessageId, RunId, Sha256 } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { Change, EngineApi, KnownDevices, SubmitParams } from '../protocol/api.ts';
import { createAdmission } from './admission.ts';
import { createAnswers } from './answers.ts';
import { publishArtifact, publishEntry } from './artifacts.ts';
import { createAudit } from './audit.ts';
import { explainAction } from './checks.ts';
import { completePath } from './completions.ts';
import type { EngineDeps } from './context.ts';
import { checkDevices } from './device-checks.ts';
import { findDevice, listDevices, nameOf } from './devices.ts';
import { checkThread } from './doctor.ts';
import { createEnds } from './ends.ts';
import { createExecutions } from './execution.ts';
import { createExpiry } from './expiry.ts';
import { createFeed } from './feed.ts';
import { holdBlobs } from './held-blobs.ts';
import { createJournal } from './journal.ts';
import { endOrphans } from './orphans.ts';
import { createOwnersCommands, stopUnwanted } from './owners-commands.ts';
import type { PeerService } from './peer-ports.ts';
import type { LoggedChange } from './ports.ts';
import { createProgressHub } from './progress.ts';
import { createQueries } from './queries.ts';
import { findLegacy, type Legacy, recover } from './recovery.ts';
import { findArtifact, resolveApproval, resolveRun } from './references.ts';
import { createFetches } from './remote/fetches.ts';
import { createIncoming } from './remote/incoming.ts';
import { createOutgoing } from './remote/outgoing.ts';
import { createReplicas } from './remote/replicas.ts';
import { createSteering } from './remote/steering.ts';
import { createTransfers } from './remote/transfers.ts';
import { createRetention } from './retention.ts';
import { createScheduler } from './scheduler.ts';
import { createStreams } from './streams.ts';
import { createSubmission } from './submission.ts';

export interface Engine {
  readonly api: EngineApi;
  /** What paired devices may ask of this one. */
  readonly service: PeerService;
  /** Finds what an earlier peer left. Clients may come when it has resolved: what they begin is then told from that. */
  survey(): Promise<void>;
  /** Takes up what was found. Resolves when every unfinished run is on its way or ended. */
  start(): Promise<void>;
  /** Submits what the assistant proposes. It asks as a program does, and a person on this device is not the one who asks. */
  propose(params: SubmitParams & { proposedBy: RunId }): Promise<Run>;
  load(): { running: number; queued: number };
  /** Stops what runs (it becomes failed/interrupted), writes what is left to write. The store stays open. */
  close(): Promise<void>;
}

export function createEngine(given: EngineDeps): Engine {
  const { store, clock, identity } = given;
  const self: Actor = { kind: 'device', device: identity.device };
  const human: Actor = { kind: 'human', device: identity.device };
  const startedAt = clock.now();
  const feed = createFeed(store);
  const { blobs, isHeld } = holdBlobs(given.blobs, feed, identity.device);
  const deps: EngineDeps = { ...given, blobs };
  const journal = createJournal({ store, feed, clock });
  const ends = createEnds({ journal, clock, onFault: deps.onFault });
  const progress = createProgressHub(deps);
  const executions = createExecutions({ ...deps, journal, ends, self, progress });
  let legacy: Promise<Legacy> | undefined;
  const survey = (): Promise<Legacy> => {
    legacy ??= findLegacy(deps);
    return legacy;
  };
  const recovered = Promise.withResolvers<void>();
  let stopping = false;
  const deviceListeners = new Set<Parameters<EngineApi['onDevices']>[0]>();
  const reportListeners = new Set<() => void>();
  const tellDevices = (): void => {
    for (const listener of [...deviceListeners]) listener({ ...known(), routing: deps.connectors.routing() });
  };
  const scheduler = createScheduler({
    self: identity.device,
    slots: Object.fromEntries(deps.executors.map((executor) => [executor.kind, executor.slots])),
    onLoad: () => {
      for (const listener of [...reportListeners]) listener();
      tellDevices();
    },
    onFault: deps.onFault,
  });
  const devices = (): Device[] => listDevices(deps, scheduler.running, startedAt);
  const known = (): KnownDevices => ({ devices: devices(), revoked: [...deps.pairings.revoked()] });
  const stopDevices = deps.network.onDevices(tellDevices);
  const stopConnectors = deps.connectors.onChange(tellDevices);
  const stopUnwantedRuns = (): void => {
    const stopRun = (run: RunId, by: Actor): Promise<Run> => cancelHere(run, by, 'revoked');
    stopUnwanted({ ...deps, self: human, stopRun }).catch((error: unknown) =>
      deps.onFault('ending runs of devices that may not run here any more', error),
    );
  };
  const stopRevoked = deps.network.onRevoked((device) => {
    outgoing
      .giveUp(device, self)
      .catch((error: unknown) => deps.onFault('ending runs on a device that let this one go', error));
  });
  const stopGrants = deps.grants.onChange(stopUnwantedRuns);
  const stopOwner = deps.owner.onChange(() => {
    for (const listener of [...reportListeners]) listener();
    tellDevices();
  });
  const ready = (run: Run, position: 'first' | 'last'): void =>
    scheduler.enqueue(
      { run: run.id, kind: run.action.kind, origin: run.origin, work: () => executions.execute(run.id) },
      position,
    );
  const admission = createAdmission({ ...deps, journal, ends, self, onReady: ready });
  const expiry = createExpiry({ store, journal, feed, clock, self, onFault: deps.onFault });
  const answers = createAnswers({
    ...deps,
    journal,
    self,
    onApproved: (run) => ready(run, 'first'),
    onLate: expiry.look,
  });
  const retention = createRetention({ ...deps, feed, journal, self, isHeld });
  const audit = createAudit({ ...deps, nameOf: (id) => nameOf(deps, id) });
  // However a run ends, and whether it ever ran: its secrets go.
  feed.onChange(({ run }) => {
    if (run !== undefined && isFinal(run)) progress.forget(run.id);
    if (run?.masked === true && isFinal(run))
      deps.vault.erase(run.id).catch((error: unknown) => deps.onFault('erasing secrets', error));
  });
  const outgoing = createOutgoing({ ...deps, journal, feed, self });
  const replicas = createReplicas({ ...deps, journal });
  const submission = createSubmission({
    ...deps,
    journal,
    feed,
    devices,
    sources: deps.connectors.routing,
    admit: admission.admit,
    send: (run) => outgoing.send(run),
    withdraw: async (run, by, note) => {
      if (run.device !== identity.device) return outgoing.withdraw(run, by, note);
      const { run: ended } = await journal.apply(run.id, [{ type: 'withdraw', note }], { by, sync: true });
      scheduler.remove(run.id);
      return ended;
    },
  });

  /** Of a run that this device executes. */
  const cancelHere = async (id: RunId, by: Actor, reason: 'user' | 'revoked' = 'user'): Promise<Run> => {
    // What is executing, or about to, ends through its execution: only that knows what there is to stop.
    if (executions.stop(id, { kind: 'cancel', reason, by })) {
      const state = await store.run(id);
      if (state !== undefined) return state.run;
    }
    // A run that a lost peer left is being ended, with what it had printed; to end it twice would lose that.
    const state = await store.run(id);
    if (state?.run.status === 'running' && state.run.startedAt !== undefined) {
      await recovered.promise;
      return (await store.run(id))?.run ?? state.run;
    }
    scheduler.remove(id);
    return (await journal.apply(id, [{ type: 'cancel', data: { reason } }], { by, sync: true })).run;
  };
  const cancel = async (ref: string): Promise<Run> => {
    const id = await resolveRun(store, ref);
    const state = await store.run(id);
    if (state === undefined || state.run.device === identity.device) return cancelHere(id, human);
    if (state.run.origin === identity.device) return outgoing.cancel(state.run, human);
    throw new DispatchError('refused', `run ${state.run.number} is between two other devices`, {
      hint: `cancel it on ${nameOf(deps, state.run.origin)} or on ${nameOf(deps, state.run.device)}`,
    });
  };

  /** A person of this device, or a program that says that it is none. */
  const asker = (as: 'agent' | undefined): Actor => (as === undefined ? human : { ...human, kind: as });
  const whereAsked = async (ref: string): Promise<{ id: ApprovalId; elsewhere: Approval | undefined }> => {
    const id = await resolveApproval(store, ref);
    const asked = await store.approval(id);
    return { id, elsewhere: asked?.device === identity.device ? undefined : asked };
  };

  const publish = (change: LoggedChange): Change => ({
    event: change.event,
    entry: publishEntry(deps, change.entry),
    ...(change.run === undefined ? {} : { run: change.run }),
  });

  const queries = createQueries({ ...deps, feed, ends, known });
  const fetches = createFetches({ ...deps, self: identity.device });
  const streams = createStreams({ ...deps, feed, executions, outgoing, fetches });
  const transfers = createTransfers({
    ...deps,
    feed,
    executions,
    self,
    cancel: (run, by) => (run.device === identity.device ? cancelHere(run.id, by) : outgoing.cancel(run, by)),
  });
  /** Runs of other devices, as those tell: a device is believed about what it executes. */
  const stopFarProgress = deps.network.onProgress((device, run, far) => {
    const hear = async (): Promise<void> => {
      const state = await store.run(run);
      if (state?.run.device === device && !isFinal(state.run)) progress.tell(run, far);
    };
    hear().catch((error: unknown) => deps.onFault(`hearing how far run ${run} is`, error));
  });
  const stopProber = deps.prober.onChange(() => {
    for (const listener of [...reportListeners]) listener();
    tellDevices();
  });
  const steer = createSteering({ ...deps, executions, outgoing });
  const incoming = createIncoming({
    ...deps,
    journal,
    feed,
    executions,
    answers,
    admit: admission.admit,
    cancel: (run, by) => cancelHere(run, by),
    streams,
    transfers,
    progress,
    running: () => scheduler.running,
    stopping: () => stopping,
    onReport(listener) {
      reportListeners.add(listener);
      return () => reportListeners.delete(listener);
    },
  });
  const owners = createOwnersCommands({
    ...deps,
    self: human,
    devices,
    outgoing,
    stopRun: (run, by) => cancelHere(run, by, 'revoked'),
  });
  const api: EngineApi = {
    ...queries,
    ...streams,
    // These are asked for in the same breath as the submission of the run that they name.
    wait: async (params) => submission.entered(...params.runs).then(() => queries.wait(params)),
    output: async (params, signal) => submission.entered(params.run).then(() => streams.output(params, signal)),
    input: async (params) => submission.entered(params.run).then(() => streams.input(params)),
    submit: async (params) => {
      const runs = await submission.submit(params, asker(params.as));
      const [run] = runs;
      if (run === undefined) throw new Error('a submission made no run');
      return { run, runs };
    },
    route: async (params) => submission.route(params),
    transfer: async (params) => {
      const runs = await submission.transfer(params, asker(params.as));
      const [run] = runs;
      if (run === undefined) throw new Error('a transfer made no run');
      return { run, runs };
    },
    'files.complete': async ({ device: ref = 'local', ...request }) => {
      const device = findDevice(devices(), ref);
      if (!device.local) return steer.complete(device, request);
      const requester = { kind: 'human', device: identity.device, name: deps.owner.name() } as const;
      return { completions: await completePath(deps, requester, request) };
    },
    cancel: async ({ run }) => submission.entered(run).then(async () => ({ run: await cancel(run) })),
    retry: async (params) => ({ run: await submission.retry(params, asker(params.as)) }),
    reroute: async (params) => ({ run: await submission.reroute(params, asker(params.as)) }),
    decide: async ({ approval, ...answer }) => {
      const { id, elsewhere } = await whereAsked(approval);
      if (answer.digest === undefined) requireNamed(await store.approval(id), approval);
      return elsewhere === undefined ? answers.decide(id, answer) : steer.decide(elsewhere, answer);
    },
    'approval.edit': async ({ approval, digest, command }) => {
      const { id, elsewhere } = await whereAsked(approval);
      return elsewhere === undefined
        ? answers.edit(human, { approval: id, digest: digest as Sha256, command })
        : steer.edit(elsewhere, { digest, command });
    },
    'approval.propose': async ({ approval }) => {
      const { id, elsewhere } = await whereAsked(approval);
      return elsewhere === undefined ? answers.propose(id) : steer.propose(elsewhere);
    },
    resize: async ({ run, cols, rows }) => steer.resize(await resolveRun(store, run), cols, rows),
    signal: async ({ run, signal }) => steer.signal(await resolveRun(store, run), signal),
    say: async ({ text }) => {
      const message = deps.ids.next() as MessageId;
      const event = {
        type: 'message.said',
        data: { message, role: 'user', text: await deps.finder.mask(text) },
        stream: 'thread',
        by: human,
      } as const;
      const [change] = await journal.append([event], { sync: true });
      if (change === undefined) throw new Error('a message was written but not told');
      return { entry: publishEntry(deps, change.entry) };
    },
    devices: async ({ probe }) => {
      if (probe === true) await Promise.all([deps.prober.probe(), steer.probe()]);
      return known();
    },
    ...owners,
    'policy.check': async ({ device: ref = 'local', as = 'human', ...asked }) => {
      const device = findDevice(devices(), ref);
      const action = actionAsked(asked);
      if (!device.local) return steer.check(device, action, as);
      return explainAction(deps, action, { kind: as, device: identity.device, name: deps.owner.name() });
    },
    'connectors.list': async () => ({ connectors: [...(await deps.connectors.list())] }),
    'connector.show': async ({ name }) => ({ connector: deps.connectors.show(name) }),
    'connector.test': async ({ name }) => ({ stages: [...(await deps.connectors.test(name))] }),
    'connector.forget': async ({ name }) => ({ forgotten: await deps.connectors.forgetKey(name) }),
    'connector.key': async ({ name, key }) => ({ where: await deps.connectors.keepKey(name, key) }),
    'artifacts.prune': ({ dry }) => retention.prune({ dry, by: human }),
    audit: (params) => audit.read(params),
    'audit.verify': (params) => audit.verify(params),
    doctor: async (params) => {
      await deps.prober.probe();
      return { checks: [...(await checkThread(store, params)), ...(await deps.doctor()), ...checkDevices(devices())] };
    },
    follow: (cursor, listener, signal) => feed.follow(cursor, (change) => listener(publish(change)), signal),
    onDevices(listener) {
      deviceListeners.add(listener);
      return () => deviceListeners.delete(listener);
    },
    onPair: (listener) => deps.ceremonies.onEvent(listener),
    'artifact.fetch': async ({ artifact: ref }, signal) => {
      const artifact = await findArtifact(store, ref);
      await fetches.fetch(artifact, signal, { wait: false });
      return { artifact: publishArtifact(deps, artifact) };
    },
    onProgress: (listener) => progress.onProgress((run, far) => listener({ run, progress: far })),
    onFetch: (listener) => fetches.onProgress(listener),
  };

  return {
    api,
    service: incoming,
    async survey() {
      await survey();
    },
    async start() {
      try {
        const legacy = await survey();
        await expiry.start();
        const admit = (run: Run): void => void admission.admit(run);
        outgoing.start(legacy.elsewhere);
        await transfers.start();
        stopUnwantedRuns();
        await recover({ ...deps, ends, self, admit, onReady: (run) => ready(run, 'first') }, legacy);
        await endOrphans(deps, (run) => cancel(run.id));
        retention.start();
      } finally {
        recovered.resolve();
      }
    },
    async propose(params) {
      const [run] = await submission.submit(params, { ...human, kind: 'assistant' });
      if (run === undefined) throw new Error('a proposal made no run');
      return run;
    },
    load: () => ({ running: scheduler.running, queued: scheduler.queued }),
    async close() {
      stopping = true;
      await fetches.close();
      replicas.close();
      outgoing.close();
      admission.close();
      transfers.close();
      for (const stop of [stopFarProgress, stopProber, stopDevices, stopConnectors, stopOwner, stopGrants, stopRevoked])
        stop();
      expiry.close();
      audit.close();
      await retention.close();
      executions.stopAll({ kind: 'peer-stopping' });
      ends.close();
      await scheduler.drain();
      await journal.idle();
    },
  };
}

function actionAsked(asked: { command: string; access?: AccessLevel; cwd?: string } | { action: Action }): Action {
  if ('action' in asked) return asked.action;
  const { command, access = 'workspace-write', cwd } = asked;
  return { kind: 'shell', command, access, ...(cwd === undefined ? {} : { cwd }) };
}

/** Who names a run by its number means what it was when it was looked at: a command that was changed since is named by its own id. */
function requireNamed(asked: Approval | undefined, ref: string): void {
  if (asked?.edits === undefined || asked.id.startsWith(ref)) return;
  throw new DispatchError('conflict', 'the command was changed after it was asked about', {
    hint: `look at it with "dispatch approvals", then answer with its own id: ${asked.id}`,
  });
}
