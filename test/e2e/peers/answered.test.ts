// An answer from another device needs one way and no more: the run begins while nothing at all comes back to who answered.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSimulatedDevice, pairingOf } from '../../../scripts/lib/simulated-device.ts';
import { statementText } from '../../../src/core/approvals.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { createSigner } from '../../../src/peer/signatures.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { createTcpProxy } from '../../helpers/tcp-proxy.ts';
import { ended, peerStage, runBecomes, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

test('a yes given on another device reaches the executor one way: it waits for no answer to anything', async () => {
  const far = await stage.home('far');
  const keyFile = join(far.path, 'guest.key');
  const guest = await createSimulatedDevice(keyFile);
  onTestFinished(() => guest.close());
  const pairings = await openPairingStore(far.paths.pairingsFile, Date.now);
  await pairings.put(pairingOf(guest.device, ['approve']));
  const { device } = loadIdentity(far.paths.identityFile);
  await far.begin();
  const proxy = await createTcpProxy({ host: '127.0.0.1', port: far.port });
  onTestFinished(() => proxy.close());
  await guest.pairings.put(pairingOf(device, [], [proxy.multiaddr]));
  const link = await guest.link(device);
  expect(proxy.taken).toBeGreaterThan(0);

  const { id } = await submit(far, 'touch began; cat', { on: ['local'], approve: false, action: { stdin: true } });
  await runBecomes(far, id, 'waiting', ({ status }) => status === 'waiting_approval');
  const [asked] = (await (await far.ask()).call('approvals.list', { limit: 1 })).approvals;
  if (asked === undefined) throw new Error('nothing was asked');
  const { id: approval, digest, expiresAt } = asked;
  const decision = 'approve';
  const text = statementText({ approval, digest, decision, device: guest.device, expiresAt });
  const signature = createSigner(loadIdentity(keyFile).key).sign(text);

  proxy.stall('down');
  const before = proxy.passed('down');
  const answered = link.call('decide', { approval, decision, digest, signature });
  answered.catch(() => {}); // told where it is awaited
  await until('the run to begin', () => existsSync(join(far.work, 'began')));
  expect(proxy.passed('down')).toBe(before);
  proxy.flow();
  await expect(answered).resolves.toMatchObject({ approval: { status: 'approved' } });
  await (await far.ask()).call('cancel', { run: id });
  await ended(far, id);
});
