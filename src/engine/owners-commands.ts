/**
 * What the owner of this device does with devices: pairs, names and revokes them, and sets what is allowed here. Nothing of it can be
 * asked for by another device.
 */

import type { Actor } from '../core/approvals.ts';
import { DEVICE_NAME_RULE, type Device, isDeviceName, isSameName, shortDeviceId } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import { checkStanding } from '../core/policy/gate.ts';
import type { Run } from '../core/runs.ts';
import type { EngineApi } from '../protocol/api.ts';
import { gateRequest, requesterOf } from './checks.ts';
import type { EngineDeps } from './context.ts';
import { findDevice } from './devices.ts';
import { readOpenRuns } from './open-runs.ts';
import type { Outgoing } from './remote/outgoing.ts';

type OwnersCommands = Pick<
  EngineApi,
  | 'device.rename'
  | 'device.revoke'
  | 'permissions.set'
  | 'policy.list'
  | 'policy.add'
  | 'policy.remove'
  | 'pair.open'
  | 'pair.close'
  | 'pair.join'
  | 'pair.confirm'
  | 'pair.lan'
>;

export function createOwnersCommands(
  deps: EngineDeps & {
    self: Actor;
    devices: () => Device[];
    outgoing: Outgoing;
    /** Stops a run that this device executes, for good. */
    stopRun: (run: RunId, by: Actor) => Promise<Run>;
  },
): OwnersCommands {
  const { pairings, ceremonies, owner, network, self } = deps;

  const deviceById = (id: DeviceId): Device => {
    const found = deps.devices().find((device) => device.id === id);
    if (found === undefined) throw new Error(`device ${id} is not known`);
    return found;
  };

  return {
    async 'device.rename'({ device: ref, name }) {
      const device = findDevice(deps.devices(), ref);
      checkName(name, deps.devices(), device);
      if (device.local) await owner.rename(name);
      else {
        await pairings.update(device.id, (pairing) => ({ ...pairing, alias: name }));
      }
      return { device: deviceById(device.id) };
    },
    async 'device.revoke'({ device: ref }) {
      const device = findDevice(deps.devices(), ref);
      if (device.local) {
        throw new DispatchError('refused', 'this device cannot be revoked on itself', {
          hint: 'revoke it on the others; "dispatch peer stop" ends its peer',
        });
      }
      // The tombstone first: from here on every handler refuses it. Each of the others is done whatever becomes of the rest.
      const steps = [
        () => pairings.revoke(device.id, device.name),
        () => forgetRulesOf(deps, device.id),
        () => stopUnwanted(deps),
        () => network.expel(device.id),
        () => deps.outgoing.giveUp(device.id, self),
      ];
      const troubles: unknown[] = [];
      for (const step of steps) await step().catch((error: unknown) => troubles.push(error));
      if (troubles.length > 0) throw troubles[0];
      return { id: device.id, name: device.name };
    },
    async 'permissions.set'(change) {
      const before = owner.reachableFolders();
      await owner.setPermissions(change);
      const after = owner.reachableFolders();
      await stopUnwanted(
        deps,
        before.some((folder) => !after.includes(folder)),
      );
      return { permissions: owner.permissions(), reachableFolders: [...after], maxAccess: owner.maxAccess() };
    },
    'policy.list': async () => ({ rules: [...owner.rules()] }),
    'policy.add': async ({ rule }) => ({ rule: await owner.addRule(rule), toml: deps.ruleText(rule) }),
    'policy.remove': async ({ name }) => ({ rule: await owner.removeRule(name) }),
    'pair.open': (params) => ceremonies.open(params),
    'pair.close': async () => ({ closed: await ceremonies.close('closed') }),
    'pair.join': (params) => ceremonies.join(params),
    async 'pair.confirm'(params) {
      const paired = await ceremonies.confirm(params);
      return paired === undefined ? { paired: false } : { paired: true, device: deviceById(paired) };
    },
    'pair.lan': async () => ({ found: [...ceremonies.lan()] }),
  };
}

function checkName(name: string, devices: readonly Device[], renamed: Device): void {
  if (!isDeviceName(name)) {
    throw new DispatchError('invalid', `"${name}" cannot be the name of a device`, {
      hint: DEVICE_NAME_RULE,
    });
  }
  const other = devices.find((device) => isSameName(device.name, name) && device.id !== renamed.id);
  if (other !== undefined) {
    throw new DispatchError('conflict', `another device is called "${name}" already: ${shortDeviceId(other.id)}`, {
      hint: 'choose another name, or rename that one first',
    });
  }
}

type Stopper = EngineDeps & { self: Actor; stopRun: (run: RunId, by: Actor) => Promise<Run> };

/**
 * Ends what its owner does not allow here any more, whether it runs or waits: its device lost the grant, its kind the permission, or it
 * was started with more access than is allowed now. `folderGone`: a folder cannot be reached any more, and what is in the sandbox may
 * have it open.
 */
export async function stopUnwanted(deps: Stopper, folderGone = false): Promise<void> {
  await stopWhere(deps, (run) => {
    if (folderGone && run.startedAt !== undefined && run.enforced !== undefined && run.enforced !== 'full-access')
      return run.action.kind === 'shell' || run.action.kind === 'files';
    // What it was accepted with, if that is more than what it would get now.
    const action =
      run.action.kind === 'shell' && run.enforced !== undefined ? { ...run.action, access: run.enforced } : run.action;
    return checkStanding(gateRequest(deps, action, requesterOf(deps, run))) !== undefined;
  });
}

/** What a revoked device allowed must not count again if it is paired anew. */
async function forgetRulesOf({ owner }: Stopper, device: DeviceId): Promise<void> {
  for (const { name, grantedBy } of owner.rules()) if (grantedBy === device) await owner.removeRule(name);
}

async function stopWhere(deps: Stopper, meant: (run: Run) => boolean): Promise<void> {
  const found = await readOpenRuns(deps.store, (run) => run.device === deps.identity.device && meant(run));
  await Promise.all(found.map((run) => stopOne(deps, run)));
}

async function stopOne(deps: Stopper, run: Run): Promise<void> {
  try {
    await deps.stopRun(run.id, deps.self);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof DispatchError && error.code === 'conflict')) throw error;
  }
}
