/** How runs come to be: submitted by a person or a program, or made again from an earlier one. */

import { type Action, routeOf } from '../core/actions.ts';
import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { EventBody } from '../core/events.ts';
import type { FileOperation } from '../core/files.ts';
import { type RunId, spellId } from '../core/ids.ts';
import { type RouteSources, routeContext } from '../core/routing/context.ts';
import { route } from '../core/routing/route.ts';
import type { RouteAnswer } from '../core/routing/route-answer.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { Params, SubmitParams, TransferParams } from '../protocol/api.ts';
import { sayBeforehand } from './beforehand.ts';
import { requireAnswerable, requireAssistantHere, withConnector } from './cloud-checks.ts';
import { type EngineDeps, rawAction } from './context.ts';
import { findDevice, findDevices, mayRunThere } from './devices.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './journal.ts';
import { maskTask } from './masking.ts';
import { completeAction, followUpTo } from './questions.ts';
import { resolveRun } from './references.ts';
import { createReroute } from './reroute.ts';

export interface Submission {
  /** One run for each device that is meant. */
  submit(params: SubmitParams & { proposedBy?: RunId }, by: Actor): Promise<Run[]>;
  /** The run that receives, and the one that sends. */
  transfer(params: TransferParams, by: Actor): Promise<Run[]>;
  retry(params: RetryParams, by: Actor): Promise<Run>;
  /** Sends a run that nobody has begun to another device or connector. */
  reroute(params: Params<'reroute'>, by: Actor): Promise<Run>;
  /** Resolves when those of the runs that are being submitted now can be found: a client may ask in the same breath. */
  entered(...runs: string[]): Promise<void>;
  route(params: { task: string; cwd?: string; tty?: { cols: number; rows: number } }): RouteAnswer;
}

type RetryParams = Params<'retry'>;

/** What is to run where. */
interface Order {
  readonly action: Action;
  readonly because: readonly string[];
  readonly devices: readonly Device[];
}

export function createSubmission(
  deps: EngineDeps & {
    journal: Journal;
    feed: Feed;
    devices: () => Device[];
    /** The connectors and rules that tasks are routed by. */
    sources: () => RouteSources;
    /** Takes a run of this device on. Never rejects: trouble ends the run. */
    admit: (run: Run) => Promise<void>;
    /** Takes a run for another device on. */
    send: (run: Run) => void;
    /** Ends a run that nobody has accepted, and no other. */
    withdraw: (run: Run, by: Actor, note: string) => Promise<Run>;
  },
): Submission {
  const { store, journal, vault, clock } = deps;
  const self = deps.identity.device;
  /** Runs that are being submitted now, by id: whoever sends one twice at once gets the same answer twice. */
  const entering = new Map<string, Promise<Run[]>>();
  const once = (id: string, begin: () => Promise<Run[]>): Promise<Run[]> => {
    const underway = entering.get(id);
    if (underway !== undefined) return underway;
    const submitted = begin();
    entering.set(id, submitted);
    const leave = (): void => void entering.delete(id);
    submitted.then(leave, leave);
    return submitted;
  };

  const enter = async (id: RunId, details: Details, by: Actor): Promise<Run> => {
    const { action, task, ...rest } = details;
    const { masked, ...shown } = await maskTask(deps.finder, task, action);
    if (masked) await vault.keep(id, action);
    const yes = details.approved === true ? { beforehand: sayBeforehand(deps, id, details.device, action) } : {};
    const data = {
      number: store.nextRunNumber(),
      ...shown,
      ...rest,
      ...yes,
      route: routeOf(action),
      ...(masked ? { masked: true as const } : {}),
    };
    const submit: RunCommand = { type: 'submit', data };
    // Its device is there, and gets it next: one write for both facts.
    const isThere = data.device !== self && deps.network.link(data.device) !== undefined;
    const commands: RunCommand[] = isThere ? [submit, { type: 'offer' }] : [submit];
    return (await journal.apply(id, commands, { by, sync: isThere })).run;
  };

  const routed = (params: { task: string; cwd?: string; tty?: { cols: number; rows: number } }): RouteAnswer => {
    const { task, ...where } = params;
    const answer = route(task, routeContext(deps.devices(), where, deps.sources()));
    if (!answer.ok) throw DispatchError.fromRefusal(answer);
    return answer;
  };

  const order = async (params: SubmitParams & { proposedBy?: RunId }): Promise<Order> => {
    const devices = deps.devices();
    if (params.action !== undefined) {
      const order = named(devices, params.action, params);
      for (const device of order.devices) requireAnswerable(params.action, device, deps.sources());
      const [device] = order.devices;
      if (params.followUp !== true || device === undefined || order.action.kind !== 'knowledge') return order;
      return { ...order, action: await followUpTo(store, devices, device, order.action) };
    }
    const answer = routed(params);
    const { because, devices: chosen, edit } = answer;
    if (edit !== undefined) {
      throw new DispatchError('usage', 'a file is edited where there is an editor: in the dashboard', {
        hint: 'or say what changes: "dispatch files edit"',
      });
    }
    const action = await completeAction(store, devices, answer);
    return { action, because, devices: chosen.length === 0 ? devices.filter(({ local }) => local) : chosen };
  };

  /** Two runs of one group: the one that receives reads from the one that sends. */
  const transferNew = async (params: TransferParams, by: Actor, because?: readonly string[]): Promise<Run[]> => {
    if (params.approve === true && by.kind !== 'human') {
      throw new DispatchError('refused', 'only a person may say yes beforehand', { hint: 'submit it without --yes' });
    }
    const { from, to, place } = endsOf(deps.devices(), params);
    const receiving = params.id as RunId;
    const sending = derivedId(deps, params.id, `send/${from.id}`) as RunId;
    const shared = {
      task: params.task,
      because: because ?? [`it goes from ${from.name} to ${to.name}`],
      group: receiving,
      ...(params.noWait === true ? { noWait: true as const } : {}),
      ...(params.approve === true ? { approved: true as const } : {}),
    };
    const make = async (id: RunId, device: Device, operation: FileOperation): Promise<Run> => {
      const existing = await store.run(id);
      if (existing !== undefined) return existing.run;
      const action = inFolder({ kind: 'files', operation }, device, params);
      return begin(await enter(id, { ...shared, action, device: device.id }, by), params.approve === true);
    };
    const send = await make(sending, from, { op: 'send', path: params.from.path, to: to.id });
    const receive = await make(receiving, to, {
      op: 'receive',
      path: params.to.path,
      from: { device: from.id, run: sending, name: place },
      ...(params.overwrite === true ? { overwrite: true } : {}),
    });
    return [receive, send];
  };

  const submitNew = async (params: SubmitParams & { proposedBy?: RunId }, by: Actor): Promise<Run[]> => {
    if (params.approve === true && by.kind !== 'human') {
      throw new DispatchError('refused', 'only a person may say yes beforehand', { hint: 'submit it without --yes' });
    }
    if (params.action === undefined) {
      const { transfer, because } = routed(params);
      if (transfer !== undefined) return transferNew(transferBy(transfer, params), by, because);
    }
    const { action, because, devices } = await order(params);
    const ids = devices.map(
      (device, index) => (index === 0 ? params.id : derivedId(deps, params.id, device.id)) as RunId,
    );
    const shared = {
      task: params.task,
      action: withTty(action, params),
      because,
      ...(devices.length > 1 ? { group: params.id as RunId } : {}),
      ...(params.proposedBy === undefined ? {} : { proposedBy: params.proposedBy }),
      ...(params.expiresInMs === undefined ? {} : { expiresAt: clock.now() + params.expiresInMs }),
      ...(params.noWait === true ? { noWait: true as const } : {}),
      ...(params.approve === true ? { approved: true as const } : {}),
    };
    return Promise.all(
      devices.map(async (device, index) => {
        const id = ids[index] ?? (params.id as RunId);
        const existing = await store.run(id);
        if (existing !== undefined) return existing.run;
        const details = { ...shared, action: inFolder(shared.action, device, params), device: device.id };
        return begin(await enter(id, details, by), params.approve === true);
      }),
    );
  };

  const begin = async (run: Run, approved: boolean): Promise<Run> => {
    if (run.device !== self) {
      deps.send(run);
      return run;
    }
    const admitted = deps.admit(run);
    if (!approved) return run;
    // The yes is acknowledged with the submission: it must be in the log by then.
    await admitted;
    return (await store.run(run.id))?.run ?? run;
  };

  /** One end of a transfer is nothing without the other: both are made anew. */
  const transferAgain = async ({ action, group, task }: Run, id: string): Promise<TransferParams | undefined> => {
    if (action.kind !== 'files' || group === undefined) return undefined;
    if (action.operation.op !== 'send' && action.operation.op !== 'receive') return undefined;
    const received = (await store.run(group))?.run;
    if (received?.action.kind !== 'files' || received.action.operation.op !== 'receive') return undefined;
    const { from, path, overwrite } = received.action.operation;
    const sent = (await store.run(from.run))?.run;
    if (sent?.action.kind !== 'files' || sent.action.operation.op !== 'send') return undefined;
    const cwd = received.action.cwd ?? sent.action.cwd;
    return {
      id,
      task,
      from: { device: sent.device, path: sent.action.operation.path },
      to: { device: received.device, path },
      ...(overwrite === true ? { overwrite } : {}),
      ...(cwd === undefined ? {} : { cwd }),
    };
  };

  const retryNew = async ({ run: ref, id, connector }: RetryParams, by: Actor): Promise<Run[]> => {
    const existing = await store.run(id as RunId);
    if (existing !== undefined) return [existing.run];
    const state = await store.run(await resolveRun(store, ref));
    if (state === undefined)
      throw new DispatchError('not-found', `there is no run ${ref}`, { hint: 'list them with "dispatch ps"' });
    const { run } = state;
    if (!isFinal(run)) {
      throw new DispatchError('conflict', `run ${run.number} is ${run.status}, so it cannot be retried`, {
        hint: `wait for it, or cancel it with "dispatch cancel ${run.number}"`,
      });
    }
    const again = await transferAgain(run, id);
    if (again !== undefined) return transferNew(again, by, [`it is run ${run.number} again`]);
    const action = await rawAction(deps, run);
    if (action === undefined) {
      throw new DispatchError('refused', `run ${run.number} held secrets or files, which are erased when a run ends`, {
        hint: 'submit it again with them',
      });
    }
    const device = deps.devices().find((known) => known.id === run.device);
    if (device === undefined || !mayRunThere(device)) {
      throw new DispatchError(
        'refused',
        `run ${run.number} ran on a device that takes no runs from this one any more`,
        {
          hint: 'submit it again for another device; "dispatch devices" lists them',
        },
      );
    }
    requireAssistantHere(action, device);
    const next = connector === undefined ? action : withConnector(action, connector, device, deps.sources());
    const named = connector === undefined ? [] : [`you named ${connector}`];
    const details = {
      task: run.task,
      action: next,
      because: [`it is run ${run.number} again`, ...named],
      device: device.id,
    };
    const entered = await enter(id as RunId, { ...details, retryOf: run.id }, by);
    return [await begin(entered, false)];
  };

  const reroute = createReroute({
    ...deps,
    submit: async (id, details, by) => begin(await enter(id, details, by), false),
  });

  return {
    route: routed,
    async entered(...runs) {
      await Promise.allSettled(runs.map((run) => entering.get(run)));
    },
    submit: (params, by) => once(params.id, () => submitNew(params, by)),
    transfer: (params, by) => once(params.id, () => transferNew(params, by)),
    retry: async (params, by) => {
      const [run] = await once(params.id, () => retryNew(params, by));
      if (run === undefined) throw new Error('a retry made no run');
      return run;
    },
    reroute: async (params, by) => {
      const [run] = await once(params.id, async () => [await reroute(params, by)]);
      if (run === undefined) throw new Error('a re-route made no run');
      return run;
    },
  };
}

/** What is written down of a submission, besides what follows from it. */
type Details = Omit<
  Extract<EventBody, { type: 'run.submitted' }>['data'],
  'number' | 'route' | 'masked' | 'beforehand'
>;

function closedTo({ name }: Device): DispatchError {
  return new DispatchError('refused', `${name} does not let this device run tasks`, {
    hint: `its owner allows it with "dispatch pair --allow run" there, and a new ticket`,
  });
}

/** The caller said what to do and where. */
function named(
  devices: readonly Device[],
  action: Action,
  { devices: refs = ['local'], proposedBy }: SubmitParams & { readonly proposedBy?: RunId },
): Order {
  const chosen = findDevices(devices, action.kind === 'inline' ? ['local'] : refs);
  const closed = chosen.find((device) => !mayRunThere(device));
  if (closed !== undefined) throw closedTo(closed);
  if (chosen.length === 0) {
    throw new DispatchError('not-found', 'no device takes runs from this one', { hint: 'see "dispatch devices"' });
  }
  const names = chosen.map(({ name }) => name).join(', ');
  return {
    action,
    because: [
      refs.every((ref) => ref === 'local')
        ? 'no other device was named'
        : `${proposedBy === undefined ? 'you' : 'the assistant'} named ${names}`,
    ],
    devices: chosen,
  };
}

/** The two devices of a transfer, and what comes is called. */
function endsOf(devices: readonly Device[], params: TransferParams): { from: Device; to: Device; place: string } {
  const [from, to] = [params.from, params.to].map(({ device }) => findDevice(devices, device)) as [Device, Device];
  if (from.id === to.id) {
    throw new DispatchError('usage', `both places are on ${from.name}, where nothing needs a transfer`, {
      hint: 'copy it: "dispatch files copy FROM TO"',
    });
  }
  for (const device of [from, to]) if (!mayRunThere(device)) throw closedTo(device);
  const place = params.from.path.split('/').findLast((name) => name !== '' && name !== '.') ?? '';
  if (place === '' || place === '..' || place === '~') {
    throw new DispatchError('usage', `${params.from.path} has no name to be received under`, {
      hint: 'name a folder or a file in it',
    });
  }
  return { from, to, place };
}

function transferBy(transfer: NonNullable<RouteAnswer['transfer']>, params: SubmitParams): TransferParams {
  const { from, to, overwrite } = transfer;
  const { id, task, cwd, noWait, approve } = params;
  return {
    id,
    task,
    from: { device: from.device.id, path: from.path },
    to: { device: to.device.id, path: to.path },
    ...(overwrite === true ? { overwrite } : {}),
    ...(cwd === undefined ? {} : { cwd }),
    ...(noWait === undefined ? {} : { noWait }),
    ...(approve === undefined ? {} : { approve }),
  };
}

/** Of the run for one more device of the same task: the same whenever the task is sent again. */
function derivedId({ ids }: EngineDeps, first: string, device: string): string {
  return spellId(Buffer.from(ids.sha256(`${first}/${device}`).slice(0, 20), 'hex'));
}

function withTty(action: Action, { tty }: SubmitParams): Action {
  return action.kind === 'shell' && tty !== undefined && action.tty === undefined
    ? { ...action, tty, stdin: true }
    : action;
}

/** Where the person stands is a folder of this machine, and says nothing on another. */
function inFolder(action: Action, { local }: Device, { cwd }: { readonly cwd?: string }): Action {
  return (action.kind === 'shell' || action.kind === 'files') && action.cwd === undefined && local && cwd !== undefined
    ? { ...action, cwd }
    : action;
}
