/** How runs come to be: submitted by a person or a program, or made again from an earlier one. */

import { type Action, routeOf } from '../core/actions.ts';
import type { Actor } from '../core/approvals.ts';
import type { Device } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import { type RouteAnswer, route } from '../core/routing/route.ts';
import { isFinal, type Run } from '../core/runs.ts';
import { MASK, maskSecrets } from '../core/secrets.ts';
import type { SubmitParams } from '../protocol/api.ts';
import type { AdmitOptions } from './admission.ts';
import { type EngineDeps, rawAction } from './context.ts';
import type { Journal } from './journal.ts';
import { resolveRun } from './references.ts';

export interface Submission {
  submit(params: SubmitParams, by: Actor): Promise<Run>;
  retry(params: { run: string; id: string }, by: Actor): Promise<Run>;
  /** Resolves when those of the runs that are being submitted now can be found: a client may ask in the same breath. */
  entered(...runs: string[]): Promise<void>;
  route(params: { task: string; cwd?: string; tty?: { cols: number; rows: number } }): RouteAnswer;
}

export function createSubmission(
  deps: EngineDeps & {
    journal: Journal;
    devices: () => readonly Device[];
    /** Never rejects: trouble ends the run. */
    admit: (run: Run, options: AdmitOptions) => Promise<void>;
  },
): Submission {
  const { store, journal, vault } = deps;
  /** Runs that are being submitted now, by id: whoever sends one twice at once gets the same answer twice. */
  const entering = new Map<string, Promise<Run>>();
  const once = (id: string, begin: () => Promise<Run>): Promise<Run> => {
    const underway = entering.get(id);
    if (underway !== undefined) return underway;
    const submitted = begin();
    entering.set(id, submitted);
    const leave = (): void => void entering.delete(id);
    submitted.then(leave, leave);
    return submitted;
  };

  const enter = async (
    id: RunId,
    task: string,
    action: Action,
    because: readonly string[],
    by: Actor,
    retryOf?: RunId,
  ): Promise<Run> => {
    const shown = { task: maskSecrets(task), action: maskAction(action) };
    const masked = shown.task !== task || JSON.stringify(shown.action) !== JSON.stringify(action);
    if (masked) await vault.keep(id, action);
    const data = {
      number: store.nextRunNumber(),
      ...shown,
      route: routeOf(action),
      device: deps.identity.device,
      because,
      ...(retryOf === undefined ? {} : { retryOf }),
      ...(masked ? { masked: true as const } : {}),
    };
    return (await journal.apply(id, [{ type: 'submit', data }], { by, sync: false })).run;
  };

  const routed = (params: { task: string; cwd?: string; tty?: { cols: number; rows: number } }): RouteAnswer => {
    const { task, ...context } = params;
    const answer = route(task, { devices: deps.devices() as Device[], ...context });
    if (!answer.ok) throw DispatchError.fromRefusal(answer);
    return answer;
  };

  const submitNew = async (params: SubmitParams, by: Actor): Promise<Run> => {
    const id = params.id as RunId;
    const existing = await store.run(id);
    if (existing !== undefined) return existing.run;
    const { action, because } =
      params.action === undefined ? routed(params) : named(deps.devices(), params.action, params.device);
    const run = await enter(id, params.task, withTty(action, params), because, by);
    const approvedBy = params.approve === true ? { approvedBy: by } : {};
    const admitted = deps.admit(run, { noWait: params.noWait === true, ...approvedBy });
    if (params.approve !== true) return run;
    // The yes is acknowledged with the submission: it must be in the log by then.
    await admitted;
    return (await store.run(id))?.run ?? run;
  };

  const retryNew = async ({ run: ref, id }: { run: string; id: string }, by: Actor): Promise<Run> => {
    const existing = await store.run(id as RunId);
    if (existing !== undefined) return existing.run;
    const state = await store.run(await resolveRun(store, ref));
    if (state === undefined)
      throw new DispatchError('not-found', `there is no run ${ref}`, { hint: 'list them with "dispatch ps"' });
    const { run } = state;
    if (!isFinal(run)) {
      throw new DispatchError('conflict', `run ${run.number} is ${run.status}, so it cannot be retried`, {
        hint: `wait for it, or cancel it with "dispatch cancel ${run.number}"`,
      });
    }
    const action = await rawAction(deps, run);
    if (action === undefined) {
      throw new DispatchError('refused', `run ${run.number} held secrets, which are erased when a run ends`, {
        hint: 'submit it again with them',
      });
    }
    const again = await enter(id as RunId, run.task, action, [`it is run ${run.number} again`], by, run.id);
    void deps.admit(again, {});
    return again;
  };

  return {
    route: routed,
    async entered(...runs) {
      await Promise.allSettled(runs.map((run) => entering.get(run)));
    },
    submit: (params, by) => once(params.id, () => submitNew(params, by)),
    retry: (params, by) => once(params.id, () => retryNew(params, by)),
  };
}

/** The caller said what to do and where. */
function named(
  devices: readonly Device[],
  action: Action,
  device: string | undefined,
): { action: Action; because: readonly string[] } {
  if (
    device !== undefined &&
    !devices.some(
      (known) =>
        known.name === device ||
        (device === 'local' && known.local) ||
        (device.length >= 6 && known.id.startsWith(device)),
    )
  ) {
    const known = devices.map(({ name }) => name).join(', ');
    throw new DispatchError('not-found', `there is no device "${device}"`, { hint: `known: ${known}` });
  }
  return { action, because: [device === undefined ? 'no device was named' : `you named ${device}`] };
}

function withTty(action: Action, { tty }: SubmitParams): Action {
  return action.kind === 'shell' && tty !== undefined && action.tty === undefined
    ? { ...action, tty, stdin: true }
    : action;
}

/** What may be written down of an action: no secrets, and no values of variables at all. */
function maskAction(action: Action): Action {
  if (action.kind === 'inline') return { ...action, source: maskSecrets(action.source) };
  const env =
    action.env === undefined ? {} : { env: Object.fromEntries(Object.keys(action.env).map((name) => [name, MASK])) };
  return { ...action, command: maskSecrets(action.command), ...env };
}
