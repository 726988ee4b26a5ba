/**
 * Sends a run that nobody has begun to another device, or to another connector: the old one is cancelled, and a new one submitted that is a
 * retry of it. A run that may have begun is never sent elsewhere: what may run twice is for a person to say.
 */

import type { Action } from '../core/actions.ts';
import type { Actor } from '../core/approvals.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import { type Need, whyNot } from '../core/routing/choose-device.ts';
import type { RouteSources } from '../core/routing/context.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { Params } from '../protocol/api.ts';
import { requireAssistantHere, withConnector } from './cloud-checks.ts';
import { type EngineDeps, rawAction } from './context.ts';
import { findDevice } from './devices.ts';
import type { Feed } from './feed.ts';
import { resolveRun } from './references.ts';

/** How long a device may take to say that a run is over which it was offered. */
const CONFIRM_MS = 15_000;
const PAGE = 500;

type RerouteParams = Params<'reroute'>;

interface NewRun {
  readonly task: string;
  readonly action: Action;
  readonly because: readonly string[];
  readonly device: DeviceId;
  readonly retryOf: RunId;
  readonly expiresAt?: number;
  readonly noWait?: true;
}

export function createReroute(
  deps: EngineDeps & {
    feed: Feed;
    devices: () => Device[];
    sources?: () => RouteSources;
    /** Ends a run that nobody has accepted, or has the device end it that may have accepted it and has not. */
    withdraw: (run: Run, by: Actor, note: string) => Promise<Run>;
    submit: (id: RunId, run: NewRun, by: Actor) => Promise<Run>;
  },
): (params: RerouteParams, by: Actor) => Promise<Run> {
  const { store, clock, feed } = deps;
  /** One at a time for each run: two that come at once must not both send it on. */
  const underway = new Map<RunId, Promise<unknown>>();

  const whole = async (old: Run, params: RerouteParams, by: Actor): Promise<Run> => {
    refuseBegun(old);
    const again = await retryOf(old);
    if (again !== undefined) {
      throw new DispatchError('conflict', `run ${old.number} was sent on already, as run ${again.number}`, {
        hint: `see it with "dispatch show ${again.number}"`,
      });
    }
    const { device, note, because } = targetOf(old, params);
    const action = await rawAction(deps, old);
    if (action === undefined) {
      throw new DispatchError('refused', `run ${old.number} held secrets or files, which are erased when a run ends`, {
        hint: 'submit it again with them',
      });
    }
    const next =
      params.connector === undefined ? action : withConnector(action, params.connector, device, deps.sources?.());
    if (!isFinal(old)) await ended(await deps.withdraw(old, by, `re-routed to ${note}`));
    const { task, expiresAt, noWait } = old;
    return deps.submit(
      params.id as RunId,
      {
        task,
        action: next,
        because: [`it is run ${old.number}, re-routed`, because],
        device: device.id,
        retryOf: old.id,
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(noWait === undefined ? {} : { noWait }),
      },
      by,
    );
  };

  const targetOf = (old: Run, params: RerouteParams): { device: Device; note: string; because: string } => {
    if (params.device === undefined && params.connector === undefined)
      throw new DispatchError('usage', 'it does not say where to', { hint: 'name a device or a connector' });
    const devices = deps.devices();
    const device = findDevice(devices, params.device ?? old.device);
    const why = whyNot(device, needOf(old.action));
    if (why !== undefined)
      throw new DispatchError('refused', `${device.name} cannot do it: ${why}`, { hint: 'see "dispatch devices"' });
    if (old.action.kind === 'files' && (old.action.operation.op === 'send' || old.action.operation.op === 'receive')) {
      throw new DispatchError('refused', `run ${old.number} is one end of a transfer`, {
        hint: 'cancel it, and copy it elsewhere',
      });
    }
    requireAssistantHere(old.action, device);
    if (old.action.kind === 'inline')
      throw new DispatchError('refused', `run ${old.number} runs in the session, not on a device`, {
        hint: 'submit it again',
      });
    const isThere = device.id === old.device;
    if (isThere && params.connector === undefined)
      throw new DispatchError('conflict', `run ${old.number} is for ${device.name} already`, {
        hint: 'name another device',
      });
    const connector = params.connector === undefined ? [] : [params.connector];
    const note = [...(isThere ? [] : [device.name]), ...connector].join(' and ');
    return { device, note, because: `you named ${note}` };
  };

  /** Whoever sends a run on ends it first, and submits it anew after that: one that is open was not, and no older run is it anew. */
  const retryOf = async (old: Run): Promise<Run | undefined> => {
    if (!isFinal(old)) return undefined;
    let before: RunId | undefined;
    for (;;) {
      const { items, more } = await store.runs({ limit: PAGE, ...(before === undefined ? {} : { before }) });
      const found = items.find((run) => run.retryOf === old.id);
      before = items.at(-1)?.id;
      if (found !== undefined || !more || before === undefined || items.some(({ id }) => id === old.id)) return found;
    }
  };

  /** Waits until the device has said that it is cancelled, and that it had not begun. */
  const ended = async (asked: Run): Promise<void> => {
    const over = isFinal(asked) ? asked : await untilFinal(asked);
    if (over === undefined) {
      throw new DispatchError(
        'timeout',
        `run ${asked.number} is being taken back, and its device has not said yet that it is over`,
        {
          retryable: true,
          hint: 'once it is cancelled, ask for this again',
        },
      );
    }
    refuseBegun(over);
  };

  const untilFinal = (asked: Run): Promise<Run | undefined> =>
    new Promise((resolve, reject) => {
      const finish = (run: Run | undefined): void => {
        stopFeed();
        stopClock();
        resolve(run);
      };
      const stopFeed = feed.onChange(({ run }) => {
        if (run?.id === asked.id && isFinal(run)) finish(run);
      });
      const stopClock = clock.at(clock.now() + CONFIRM_MS, () => finish(undefined));
      // It may have ended before anybody listened.
      store.run(asked.id).then((state) => {
        if (state !== undefined && isFinal(state.run)) finish(state.run);
      }, reject);
    });

  return async (params, by) => {
    const existing = await store.run(params.id as RunId);
    if (existing !== undefined) return existing.run;
    const id = await resolveRun(store, params.run);
    const before = underway.get(id) ?? Promise.resolve();
    const result = before.then(async () => {
      const state = await store.run(id);
      if (state === undefined)
        throw new DispatchError('not-found', `there is no run ${params.run}`, { hint: 'list them with "dispatch ps"' });
      if (state.run.origin !== deps.identity.device) {
        throw new DispatchError('refused', `run ${state.run.number} was submitted on another device`, {
          hint: 're-route it there',
        });
      }
      return whole(state.run, params, by);
    });
    const settled = result.catch(() => undefined);
    underway.set(id, settled);
    void settled.then(() => {
      if (underway.get(id) === settled) underway.delete(id);
    });
    return result;
  };
}

/** One that was cancelled before it began may still be sent elsewhere: that is how it looks after an interrupted re-route. */
function refuseBegun(run: Run): void {
  const { number, status, acceptedAt } = run;
  if (status === 'queued' || (status === 'cancelled' && run.reason === 'user' && acceptedAt === undefined)) return;
  const hint = isFinal(run)
    ? `retry it: "dispatch retry ${number}"`
    : `cancel it, then submit it again: "dispatch cancel ${number}"`;
  throw new DispatchError('conflict', `run ${number} cannot be re-routed: it is ${status}, and may have begun`, {
    hint,
  });
}

function needOf(action: Action): Need {
  switch (action.kind) {
    case 'shell':
    case 'files':
    case 'browser':
    case 'desktop':
      return action.kind;
    case 'knowledge':
    case 'code':
    case 'inline':
      return 'connector';
  }
}
