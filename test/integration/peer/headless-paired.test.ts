// A headless peer that another device uses: how it takes its leave of that device, and what its metrics tell of it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../../../scripts/lib/free-port.ts';
import { ended, offline, online, outputOf, pairHomes, peerStage, runBecomes, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

it('SIGTERM: the run of another device ends in its own time, its end arrives there, and what comes late waits for the next peer', async () => {
  const [laptop, box] = [await stage.home('laptop'), await stage.home('box')];
  await laptop.begin();
  const peer = await box.begin();
  await pairHomes(box, laptop, { allow: ['run', 'approve'] });
  const go = join(box.work, 'go');
  const command = `trap 'echo asked; while [ ! -e "${go}" ]; do sleep 0.02; done; exit 0' TERM; echo begun; while :; do sleep 0.02; done`;
  const run = await submit(laptop, command, { on: ['box'] });
  const printed = async (text: string): Promise<void> => {
    const follower = laptop.start(['logs', '-f', run.id]);
    await follower.printed(text);
    follower.kill('SIGKILL');
    await follower.done;
  };
  await printed('begun');

  peer.kill('SIGTERM');
  await printed('asked'); // while the peer drains, its output is still to be had
  const late = await submit(laptop, 'echo late', { on: ['box'] });
  writeFileSync(go, '');
  expect((await peer.done).code).toBe(0);
  expect(await ended(laptop, run.id)).toMatchObject({ status: 'failed', reason: 'interrupted' });
  await offline(laptop, 'box');
  expect(await runBecomes(laptop, late.id, 'waiting', ({ status }) => status === 'queued')).toMatchObject({
    status: 'queued',
  });

  await box.begin();
  await online(laptop, 'box');
  expect(await ended(laptop, late.id)).toMatchObject({ status: 'completed' });
  expect((await outputOf(laptop, late.id)).toString()).toBe('late\n');
  expect((await outputOf(laptop, run.id)).toString()).toMatch(/^begun\n[\s\S]*asked\n/);
});

it('metrics tell of the other device, of the runs there, and of what was copied from it', async () => {
  const [laptop, box] = [await stage.home('laptop'), await stage.home('box')];
  const port = await freePort();
  const peer = laptop.start(['peer', '--metrics', `127.0.0.1:${port}`]);
  await peer.printed('serves at', 'err');
  const remote = await box.begin();
  await pairHomes(box, laptop, { allow: ['run', 'approve'] });
  const run = await submit(laptop, 'echo 123', { on: ['box'] });
  await ended(laptop, run.id);
  const read = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const says = (pattern: RegExp): Promise<true> =>
    until(`metrics with ${pattern}`, async () => pattern.test(await read()));

  await says(/^dispatch_devices\{presence="online"\} 1$/m);
  await says(/^dispatch_link_round_trip_seconds\{device="12D3Koo\w+",name="box"\} 0?\.\d+(e-\d+)?$/m);
  await says(/^dispatch_runs_ended_total\{status="completed",reason="",executor="elsewhere"\} 1$/m);
  await says(/^dispatch_events_total\{type="run\.completed",log="copied"\} 1$/m);
  await says(/^dispatch_events_total\{type="run\.offered",log="own"\} 1$/m);
  await says(/^dispatch_output_bytes_total 0$/m); // it was printed there

  remote.kill('SIGKILL');
  await says(/^dispatch_devices\{presence="offline"\} 1$/m);
  expect(await read()).not.toMatch(/^dispatch_link_round_trip_seconds\{/m);
});
