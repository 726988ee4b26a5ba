/** Answers, resizing and signals towards a run, wherever it executes. The device that executes decides; this one only asks. */

import type { Approval, Decision } from '../../core/approvals.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId, RunId } from '../../core/ids.ts';
import type { Run } from '../../core/runs.ts';
import type { EngineDeps } from '../context.ts';
import { nameOf } from '../devices.ts';
import type { Executions } from '../execution.ts';
import type { PeerLink } from '../peer-ports.ts';
import type { Outgoing } from './outgoing.ts';
import { away } from './streams.ts';

/** How long a terminal's resize or signal waits for its run to be taken on. */
const TAKEN_MS = 10_000;

export interface Steering {
  decide(
    asked: Approval,
    answer: { decision: Decision; digest?: string; note?: string },
  ): Promise<{ approval: Approval; run: Run }>;
  resize(run: RunId, cols: number, rows: number): Promise<Record<string, never>>;
  signal(run: RunId, signal: string): Promise<Record<string, never>>;
}

export function createSteering(
  deps: EngineDeps & { executions: Executions; outgoing: Pick<Outgoing, 'taken'> },
): Steering {
  const { store, network, identity, executions } = deps;

  const elsewhere = async (id: RunId): Promise<PeerLink | undefined> => {
    const run = (await store.run(id))?.run;
    if (run === undefined || run.device === identity.device) return undefined;
    await deps.outgoing.taken(id, AbortSignal.timeout(TAKEN_MS));
    return linkTo(run, 'its terminal');
  };
  const linkTo = (run: Run, what: string): PeerLink => {
    const link = network.link(run.device);
    if (link === undefined) throw away(deps, run, what);
    return link;
  };

  return {
    async decide(asked, { decision, digest, note }) {
      const state = await store.run(asked.runId);
      if (state === undefined) throw new Error(`approval ${asked.id} is of no run`);
      const link = linkTo(state.run, 'the request');
      if (!link.held.includes('approve')) throw notAllowed(deps, asked.device);
      const answered = await link
        .call('decide', {
          approval: asked.id,
          decision,
          digest: (digest ?? asked.digest) as Approval['digest'],
          ...(note === undefined ? {} : { note }),
        })
        .catch((error: unknown) => {
          throw isConflict(error) ? answeredBefore(deps, state.run) : error;
        });
      // Under the number that it has here.
      return { approval: answered.approval, run: { ...answered.run, number: state.run.number } };
    },
    async resize(id, cols, rows) {
      const link = await elsewhere(id);
      if (link !== undefined) return link.call('resize', { run: id, cols, rows });
      executions.control(id).resize(cols, rows);
      return {};
    },
    async signal(id, signal) {
      const link = await elsewhere(id);
      if (link !== undefined) return link.call('signal', { run: id, signal });
      executions.control(id).kill(signal);
      return {};
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof DispatchError && error.code === 'conflict';
}

/** In the words of this device: the other one speaks of the run by the number that it has there. */
function answeredBefore(deps: EngineDeps, { number, device }: Run): DispatchError {
  return new DispatchError(
    'conflict',
    `the request of run ${number} on ${nameOf(deps, device)} was answered before, or has changed since it was shown`,
    { hint: `see it with "dispatch show ${number}"` },
  );
}

function notAllowed(deps: EngineDeps, device: DeviceId): DispatchError {
  const name = nameOf(deps, device);
  return new DispatchError('refused', `${name} does not let this device answer for it`, {
    hint: `answer there, or on a device that may; its owner allows it with "dispatch pair --allow approve"`,
  });
}
