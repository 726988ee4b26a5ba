// Two machines on a LAN that know nothing of each other: one shows a code, the other finds it by mDNS and types the code, and a task
// goes across. When the address of one changes it is found again.
import { expect, test } from 'vitest';
import { onLan } from '../../helpers/namespaces.ts';
import {
  deviceIs,
  ended,
  firstLine,
  online,
  outputOf,
  type PeerHome,
  pairHomes,
  submit,
} from '../../helpers/two-peers.ts';
import { type OnLan, peersOnLan, took } from './lan.ts';

async function runAcross(from: PeerHome, to: string): Promise<void> {
  const run = await submit(from, 'echo across', { on: [to] });
  expect(await ended(from, run.id, 30_000)).toMatchObject({ status: 'completed', exitCode: 0 });
  expect((await outputOf(from, run.id)).toString()).toBe('across\n');
}

onLan()('two machines on a LAN', () => {
  test('find each other, pair by typed code, and run a task', async () => {
    const [near, far] = (await peersOnLan(['near', 'far'])) as [OnLan, OnLan];
    const since = performance.now();
    const offer = far.home.start(['pair', '--allow', 'run,approve', '--json'], { timeoutMs: 60_000 });
    const { code } = await firstLine<{ code: string }>(offer);
    const joined = await near.home.cli(['pair', code, '--lan', '--yes', '--json'], { timeoutMs: 60_000 });
    expect(joined).toMatchObject({ code: 0 });
    expect(await offer.done).toMatchObject({ code: 0 });
    const { presence } = await online(near.home, 'far');
    took('from the code on the screen to the device online, found by mDNS', since);
    expect(presence.state).toBe('online');
    await runAcross(near.home, 'far');
  }, 120_000);

  test('find each other again when one has another address', async () => {
    const [near, far] = (await peersOnLan(['near', 'far'])) as [OnLan, OnLan];
    await pairHomes(far.home, near.home, { allow: ['run', 'approve'] });
    const before = far.machine.address;
    const since = performance.now();
    far.machine.readdress();
    // Online at the new address: the old one leads nowhere any more.
    await deviceIs(
      near.home,
      'far',
      'online at its new address',
      ({ presence, addresses = [] }) =>
        presence.state === 'online' && addresses.some((address) => address.startsWith(`${far.machine.address}:`)),
      60_000,
    );
    took('from a change of its address to the device online again', since);
    expect(far.machine.address).not.toBe(before);
    await runAcross(near.home, 'far');
  }, 120_000);
});
