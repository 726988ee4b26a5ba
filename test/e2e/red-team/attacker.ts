// A device that is paired and speaks past its own Dispatch: it offers what it likes and signs what it likes.
import { join } from 'node:path';
import { createSimulatedDevice, pairingOf, type SimulatedDevice } from '../../../scripts/lib/simulated-device.ts';
import { newId } from '../../../src/cli/ids.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import {
  type Approval,
  beforehandText,
  type Decision,
  type DecisionStatement,
  statementText,
} from '../../../src/core/approvals.ts';
import { canonicalJson } from '../../../src/core/canonical.ts';
import type { LogEvent } from '../../../src/core/events.ts';
import type { Grant } from '../../../src/core/grants.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';
import type { Run } from '../../../src/core/runs.ts';
import { entryKey } from '../../../src/core/thread.ts';
import type { PeerLink } from '../../../src/engine/peer-ports.ts';
import type { Signer } from '../../../src/engine/ports.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { createSigner } from '../../../src/peer/signatures.ts';
import { systemIds } from '../../../src/peer/system.ts';
import type { Offer, PeerDecision } from '../../../src/protocol/peer-api.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { type Field, settled } from './field.ts';

export interface Attacker {
  readonly device: DeviceId;
  readonly signer: Signer;
  readonly network: SimulatedDevice['network'];
  link(): Promise<PeerLink>;
  /** An offer that nobody has said yes to, not sent yet. */
  offer(command: string, action?: Partial<ShellAction>, more?: Partial<Offer>): Offer;
  /** The same with a yes beforehand, as a device with `approve` signs it. */
  withYes(offer: Offer): Offer;
  /** Sends it, and waits until it has ended or asks. */
  send(offer: Offer): Promise<Run>;
  /** What a run of its own printed. */
  output(run: string): Promise<string>;
  /** An answer to the request, signed by this device for what it says. */
  answer(asked: Approval, decision: Decision, more?: { rule?: RuleBody; note?: string; forMs?: number }): PeerDecision;
  close(): Promise<void>;
}

/** Writes down, in the field, which devices may do what; before its peer starts. */
export async function admit(field: Field, device: DeviceId, grants: readonly Grant[]): Promise<void> {
  const pairings = await openPairingStore(field.home.paths.pairingsFile, Date.now);
  await pairings.put(pairingOf(device, grants));
}

/** A device that the field's owner paired with those grants. The peer of the field must not run yet. */
export async function createAttacker(
  field: Field,
  name: string,
  grants: readonly Grant[],
  /** Where it dials; the device itself if absent. */
  address = `/ip4/127.0.0.1/tcp/${field.home.port}`,
): Promise<Attacker> {
  const keyFile = join(field.outside, `${name}.key`);
  const guest = await createSimulatedDevice(keyFile);
  await admit(field, guest.device, grants);
  await guest.pairings.put(pairingOf(field.device, [], [address]));
  const signer = createSigner(loadIdentity(keyFile).key);
  const link = (): Promise<PeerLink> => guest.link(field.device);
  let seq = 0;
  return {
    device: guest.device,
    signer,
    network: guest.network,
    link,
    offer(command, action = {}, more = {}) {
      seq += 1;
      return {
        run: newId() as RunId,
        task: `!${command}`,
        action: { kind: 'shell', command, access: 'workspace-write', cwd: field.home.work, ...action },
        because: ['an attack'],
        by: { kind: 'human', device: guest.device },
        place: entryKey({
          at: `${Date.now().toString(16).padStart(12, '0')}-0000` as LogEvent['at'],
          device: guest.device,
          seq,
        }),
        ...more,
      };
    },
    withYes(offer) {
      const action = systemIds.sha256(canonicalJson(offer.action));
      const statement = { run: offer.run, executor: field.device, action, device: guest.device };
      return { ...offer, approve: { action, signature: signer.sign(beforehandText(statement)) } };
    },
    async send(offer) {
      await (await link()).call('offer', offer);
      return settled(field, offer.run);
    },
    async output(run) {
      const { chunks } = await (await link()).output({ run: run as RunId, offset: 0 }, AbortSignal.timeout(60_000));
      const parts: Uint8Array[] = [];
      for await (const { bytes } of chunks) parts.push(bytes);
      return Buffer.concat(parts).toString();
    },
    answer(asked, decision, more = {}) {
      const { rule, forMs } = more;
      const statement: DecisionStatement = {
        approval: asked.id,
        digest: asked.digest,
        decision,
        device: guest.device,
        expiresAt: asked.expiresAt,
        ...(forMs === undefined ? {} : { forMs }),
        ...(rule === undefined ? {} : { rule: canonicalJson(rule) }),
      };
      const signature = signer.sign(statementText(statement));
      return { approval: asked.id, decision, digest: asked.digest, ...more, signature };
    },
    close: () => guest.close(),
  };
}

export const refused = { name: 'DispatchError', code: 'refused' };
