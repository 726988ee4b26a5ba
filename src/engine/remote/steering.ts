/** Answers, resizing and signals towards a run, wherever it executes. The device that executes decides; this one only asks. */

import type { Action } from '../../core/actions.ts';
import type { Actor, Approval } from '../../core/approvals.ts';
import type { Device } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { RuleBody } from '../../core/policy/rules.ts';
import type { Run } from '../../core/runs.ts';
import type { Completion } from '../../protocol/api.ts';
import type { EngineDeps } from '../context.ts';
import { nameOf } from '../devices.ts';
import type { Executions } from '../execution.ts';
import type { PeerLink } from '../peer-ports.ts';
import { completeAnswer, signAnswer } from '../statements.ts';
import type { Outgoing } from './outgoing.ts';
import { away } from './streams.ts';

/** How long a terminal's resize or signal waits for its run to be taken on. */
const TAKEN_MS = 10_000;
/** How long other devices have to look what they can do. */
const PROBE_MS = 10_000;

export interface Steering {
  /** Signed here; the device that executes verifies it. */
  decide(asked: Approval, answer: Parameters<typeof completeAnswer>[1]): Promise<{ approval: Approval; run: Run }>;
  edit(asked: Approval, edited: { digest: string; command: string }): Promise<{ approval: Approval; run: Run }>;
  propose(asked: Approval): Promise<{ rule: RuleBody; toml: string }>;
  /** What another device would do with an action. */
  check(device: Device, action: Action, as: Actor['kind']): Promise<GateAnswer>;
  complete(device: Device, asked: { path: string; limit: number }): Promise<{ completions: Completion[] }>;
  /** Has every device that is there look again what it can do; those that take too long are not waited for. */
  probe(): Promise<void>;
  resize(run: RunId, cols: number, rows: number): Promise<Record<string, never>>;
  signal(run: RunId, signal: string): Promise<Record<string, never>>;
}

export function createSteering(
  deps: EngineDeps & { executions: Executions; outgoing: Pick<Outgoing, 'taken'> },
): Steering {
  const { store, network, identity, executions, clock } = deps;

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

  const linkOf = ({ id, name }: Device, what: string): PeerLink => {
    const link = network.link(id);
    if (link !== undefined) return link;
    throw new DispatchError('unavailable', `${name} is not there, and only it knows ${what}`, {
      hint: 'ask again when it is online',
      retryable: true,
    });
  };

  const approverLink = async (asked: Approval): Promise<{ link: PeerLink; run: Run }> => {
    const state = await store.run(asked.runId);
    if (state === undefined) throw new Error(`approval ${asked.id} is of no run`);
    const link = linkTo(state.run, 'the request');
    if (!link.held.includes('approve')) throw notAllowed(deps, asked.device);
    return { link, run: state.run };
  };
  /** Under the number that it has here. */
  const numbered = (answered: { approval: Approval; run: Run }, { number }: Run): { approval: Approval; run: Run } => ({
    approval: answered.approval,
    run: { ...answered.run, number },
  });

  return {
    async decide(asked, given) {
      const { link, run } = await approverLink(asked);
      const answer = completeAnswer(asked, given);
      const signature = signAnswer(deps, asked, answer);
      const answered = await link
        .call('decide', { approval: asked.id, ...answer, signature })
        .catch((error: unknown) => {
          throw isConflict(error) && answer.rule === undefined ? answeredBefore(deps, run) : error;
        });
      return numbered(answered, run);
    },
    async edit(asked, { digest, command }) {
      const { link, run } = await approverLink(asked);
      return numbered(await link.call('edit', { approval: asked.id, digest: digest as Sha256, command }), run);
    },
    async propose(asked) {
      const { link } = await approverLink(asked);
      return link.call('propose', { approval: asked.id });
    },
    check: (device, action, as) => linkOf(device, 'its rules').call('check', { action, as }),
    async complete(device, { path, limit }) {
      const { completions } = await linkOf(device, 'its files').call('complete', { path, limit });
      return { completions: [...completions] };
    },
    async probe() {
      const late = new Promise<void>((resolve) => clock.at(clock.now() + PROBE_MS, resolve));
      const links = network.devices().flatMap(({ id }) => network.link(id) ?? []);
      // One that breaks off or is of an older version has no news.
      await Promise.race([late, Promise.allSettled(links.map((link) => link.call('probe', {})))]);
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
