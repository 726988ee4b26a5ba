// A device that may run things here and nothing else tries everything that it may not: through the real link, past its own Dispatch,
// which would never ask. And a device that is not paired at all, which gets no link.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSimulatedDevice, pairingOf, type SimulatedDevice } from '../../../scripts/lib/simulated-device.ts';
import { newId } from '../../../src/cli/ids.ts';
import { beforehandText } from '../../../src/core/approvals.ts';
import { canonicalJson } from '../../../src/core/canonical.ts';
import type { LogEvent } from '../../../src/core/events.ts';
import type { Grant } from '../../../src/core/grants.ts';
import type { ApprovalId, ArtifactId, DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { entryKey } from '../../../src/core/thread.ts';
import type { PeerLink } from '../../../src/engine/peer-ports.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { createSigner } from '../../../src/peer/signatures.ts';
import { systemIds } from '../../../src/peer/system.ts';
import type { OutputChunk } from '../../../src/protocol/api.ts';
import type { Offer } from '../../../src/protocol/peer-api.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { ended, type PeerHome, peerStage, runBecomes, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

interface Scene {
  readonly far: PeerHome;
  readonly device: DeviceId;
  readonly guest: SimulatedDevice;
}

/** A real peer, and a device that it is paired with and has given these grants; with none, that it does not know. */
async function scene(grants: readonly Grant[]): Promise<Scene> {
  const far = await stage.home('far');
  const guest = await createSimulatedDevice(join(far.path, 'guest.key'));
  onTestFinished(() => guest.close());
  if (grants.length > 0) {
    const pairings = await openPairingStore(far.paths.pairingsFile, Date.now);
    await pairings.put(pairingOf(guest.device, grants));
  }
  const { device } = loadIdentity(far.paths.identityFile);
  await far.begin();
  await guest.pairings.put(pairingOf(device, [], [`/ip4/127.0.0.1/tcp/${far.port}`]));
  return { far, device, guest };
}

function offerOf({ guest }: Scene, command: string, more: Partial<Offer> = {}): Offer {
  return {
    run: newId() as RunId,
    task: `!${command}`,
    action: { kind: 'shell', command, access: 'workspace-write' },
    because: ['a test'],
    by: { kind: 'human', device: guest.device },
    place: entryKey({
      at: `${Date.now().toString(16).padStart(12, '0')}-0000` as LogEvent['at'],
      device: guest.device,
      seq: 1,
    }),
    ...more,
  };
}

const NO_SIGNATURE = `${'A'.repeat(86)}==`;

/** With a yes beforehand, as the guest's Dispatch would sign it. */
function yes({ far, guest, device }: Scene, offer: Offer): Offer {
  const signer = createSigner(loadIdentity(join(far.path, 'guest.key')).key);
  const action = systemIds.sha256(canonicalJson(offer.action));
  const statement = { run: offer.run, executor: device, action, device: guest.device };
  return { ...offer, approve: { action, signature: signer.sign(beforehandText(statement)) } };
}

async function textOf(opened: Promise<{ chunks: AsyncIterable<OutputChunk> }>): Promise<string> {
  const { chunks } = await opened;
  const parts: Uint8Array[] = [];
  for await (const { bytes } of chunks) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

/** What the link tells of the log, until the run has ended. */
async function logUntil(link: PeerLink, run: RunId): Promise<LogEvent[]> {
  const stop = new AbortController();
  const events: LogEvent[] = [];
  for await (const batch of link.log({ after: 0 }, stop.signal)) {
    events.push(...batch.events);
    if (events.some(({ stream, type }) => stream === run && /^run\.(completed|failed|cancelled)$/.test(type))) break;
  }
  stop.abort();
  return events;
}

const refused = { name: 'DispatchError', code: expect.stringMatching(/^(refused|not-found)$/) as string };
const signal = AbortSignal.timeout(60_000);

describe('a device that may only run things', () => {
  test('gets its own run, and nothing of what the owner does', async () => {
    const made = await scene(['run']);
    const { far, guest } = made;
    const secret = join(far.work, 'secret');
    writeFileSync(secret, 'the owner alone\n');
    // What the owner has: a finished run with an artifact, one that goes on and takes input, and one that waits for a yes.
    const done = await submit(far, `cat ${secret}; cp ${secret} $DISPATCH_ARTIFACTS/secret`, { on: ['local'] });
    await ended(far, done.id);
    const going = await submit(far, 'cat', { on: ['local'], action: { stdin: true } });
    await runBecomes(far, going.id, 'started', ({ startedAt }) => startedAt !== undefined);
    const asking = await submit(far, 'rm -rf /nothing', { on: ['local'], approve: false });
    await runBecomes(far, asking.id, 'waiting', ({ status }) => status === 'waiting_approval');
    await (await far.ask()).call('say', { text: 'nobody else is to read this' });
    const client = await far.ask();
    const { artifacts } = await client.call('artifacts.list', { run: done.id, limit: 10 });
    const { approvals } = await client.call('approvals.list', { limit: 10 });
    const [approval] = approvals;
    expect(approval).toBeDefined();
    expect(artifacts.length).toBeGreaterThan(0);

    const link = await guest.link(made.device);
    const digest = approval?.digest as Sha256;
    await expect(
      link.call('decide', {
        approval: approval?.id as ApprovalId,
        decision: 'approve',
        digest,
        signature: NO_SIGNATURE,
      }),
    ).rejects.toMatchObject({ code: 'refused' });
    for (const { id } of [done, going, asking]) {
      await expect(link.call('cancel', { run: id })).rejects.toMatchObject(refused);
      await expect(link.call('signal', { run: id, signal: 'SIGKILL' })).rejects.toMatchObject(refused);
      await expect(link.call('resize', { run: id, cols: 1, rows: 1 })).rejects.toMatchObject(refused);
      await expect(textOf(link.output({ run: id, offset: 0 }, signal))).rejects.toMatchObject(refused);
      await expect(link.input({ run: id })).rejects.toMatchObject(refused);
      // Nor by offering a run under the id of another's.
      await expect(link.call('offer', offerOf(made, 'true', { run: id }))).rejects.toMatchObject({ code: 'conflict' });
    }
    for (const { id } of artifacts) {
      await expect(textOf(link.blob({ artifact: id as ArtifactId, offset: 0 }, signal))).rejects.toMatchObject(refused);
    }

    const own = offerOf(made, 'true');
    await link.call('offer', own);
    const events = await logUntil(link, own.run);
    expect(new Set(events.map(({ stream }) => stream))).toEqual(new Set([own.run]));
    expect(events.at(-1)).toMatchObject({ type: 'run.completed' });
    expect(JSON.stringify(events)).not.toContain('nobody else');
    // Nothing of all this has touched what the owner has.
    expect(await (await far.ask()).call('run.get', { run: going.id })).toMatchObject({ run: { status: 'running' } });
    expect(await (await far.ask()).call('run.get', { run: asking.id })).toMatchObject({
      run: { status: 'waiting_approval' },
    });
  }, 60_000);

  test('cannot say yes to its own run, neither beforehand nor afterwards', async () => {
    const made = await scene(['run']);
    const { far, guest } = made;
    const link = await guest.link(made.device);
    const trace = join(far.work, 'trace');
    const own = yes(made, offerOf(made, `touch ${trace}`));
    await link.call('offer', own);
    await runBecomes(far, own.run, 'waiting', ({ status }) => status === 'waiting_approval');
    const { approvals } = await (await far.ask()).call('approvals.list', { limit: 10 });
    const { id, digest } = approvals[0] as { id: ApprovalId; digest: Sha256 };
    const answer = { approval: id, decision: 'approve', digest, signature: NO_SIGNATURE } as const;
    await expect(link.call('decide', answer)).rejects.toMatchObject({
      code: 'refused',
    });
    // The owner may, and then it runs.
    await (await far.ask()).call('decide', { approval: id, decision: 'approve', digest });
    expect(await ended(far, own.run)).toMatchObject({ status: 'completed' });
  }, 60_000);

  test('reads the output and the artifacts of its own run, whole', async () => {
    const made = await scene(['run', 'approve']);
    const { far, guest } = made;
    const link = await guest.link(made.device);
    const own = yes(made, offerOf(made, 'echo mine | tee $DISPATCH_ARTIFACTS/mine'));
    await link.call('offer', own);
    await ended(far, own.run);
    expect(await textOf(link.output({ run: own.run, offset: 0 }, signal))).toBe('mine\n');
    const events = await logUntil(link, own.run);
    const made_ = events.flatMap((event) => (event.type === 'artifact.created' ? [event.data.artifact] : []));
    const mine = made_.find(({ name }) => name === 'mine');
    expect(mine?.sha256).toBe(createHash('sha256').update('mine\n').digest('hex'));
    expect(await textOf(link.blob({ artifact: mine?.id as ArtifactId, offset: 0 }, signal))).toBe('mine\n');
  }, 60_000);
});

describe('a device that only watches', () => {
  test('sees the whole thread, and can do nothing', async () => {
    const made = await scene(['observe']);
    const { far, guest } = made;
    const done = await submit(far, 'echo watched', { on: ['local'] });
    await ended(far, done.id);
    const link = await guest.link(made.device);
    await expect(link.call('offer', offerOf(made, 'true'))).rejects.toMatchObject({ code: 'refused' });
    await expect(link.call('cancel', { run: done.id })).rejects.toMatchObject(refused);
    expect(await textOf(link.output({ run: done.id, offset: 0 }, signal))).toBe('watched\n');
    expect((await logUntil(link, done.id)).map(({ type }) => type)).toContain('run.completed');
  }, 60_000);
});

test('a device that is not paired gets no link, and the owner sees nothing of it', async () => {
  const { far, device, guest } = await scene([]);
  const denied = await until('the refusal', () =>
    guest.network
      .devices()
      .find((each) => each.id === device && each.presence.state === 'offline' && each.presence.stage !== undefined),
  );
  expect(denied.presence).toMatchObject({ state: 'offline', stage: 'denied' });
  expect(guest.network.link(device)).toBeUndefined();
  const { devices } = await (await far.ask()).call('devices', {});
  expect(devices).toHaveLength(1);
}, 60_000);
