// A link that breaks again and again in the middle of a run: no byte is lost or repeated, no event is missing or twice, and the
// command is executed once.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cutConnections, whyNotCut } from '../../helpers/cut.ts';
import { unless } from '../../helpers/needs.ts';
import {
  ended,
  eventsAt,
  online,
  outputOf,
  type PeerHome,
  pairHomes,
  peerStage,
  submit,
} from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();
const CUTS = 50;
/** Well beyond what 50 cuts take; the file `enough` ends the run earlier. */
const MOST_LINES = 20_000;

unless(await whyNotCut())('a link that is reset', () => {
  test(`${CUTS} times in mid-run`, async () => {
    const [near, far] = (await stage.peers('near', 'far')) as [PeerHome, PeerHome];
    await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
    const started = join(far.work, 'started');
    const enough = join(far.work, 'enough');
    const printed = join(far.work, 'printed');
    // What it prints goes into a file too, to compare with.
    const command = [
      `echo started >> ${started}`,
      `for ((i = 0; i < ${MOST_LINES}; i++)); do echo "line $i of a run that goes on while the link does not"; sleep 0.01; [ -e ${enough} ] && break; done | tee ${printed}`,
    ].join('; ');
    const run = await submit(near, command, { on: ['far'] });
    // Follows live from the first byte on, over all cuts.
    await until('the start of the command', () => existsSync(printed));
    const output = outputOf(near, run.id);
    output.catch(() => {}); // told where it is awaited
    for (let cut = 0; cut < CUTS; cut += 1) {
      await online(near, 'far');
      await until('a connection to cut', () => cutConnections(near.port, far.port) > 0);
      const size = readFileSync(printed).length;
      await until('more of the output', () => readFileSync(printed).length > size);
    }
    writeFileSync(enough, '');
    const final = await ended(near, run.id, 60_000);
    expect(final).toMatchObject({ status: 'completed', exitCode: 0 });
    expect((await output).equals(readFileSync(printed))).toBe(true);
    expect(readFileSync(started, 'utf8')).toBe('started\n');
    const events = (await eventsAt(near)).filter(({ stream }) => stream === run.id);
    expect(events.map(({ type }) => type)).toEqual([
      'run.submitted',
      'run.offered',
      'run.received',
      'run.accepted',
      'approval.requested',
      'approval.decided',
      'run.started',
      'artifact.created',
      'run.completed',
    ]);
    expect(new Set(events.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(events.length);
  }, 180_000);
});
