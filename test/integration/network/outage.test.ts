// A cable that is pulled out, an interface that goes down, a route that swallows everything: the device is seen to be away, comes back
// by itself, and a run that was going on has lost nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onLan } from '../../helpers/namespaces.ts';
import { ended, eventsAt, offline, online, outputOf, pairHomes, submit } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { type OnLan, peersOnLan, took } from './lan.ts';

/** Promised: away after 15 s, back after 5 s. */
const AWAY_MS = 30_000;
const BACK_MS = 30_000;

interface Outage {
  readonly name: string;
  begin(near: OnLan, far: OnLan): void;
  end(near: OnLan, far: OnLan): void;
}

const OUTAGES: readonly Outage[] = [
  { name: 'a cable pulled out', begin: (_, far) => far.machine.unplug(), end: (_, far) => far.machine.plug() },
  { name: 'an interface taken down', begin: (near) => near.machine.down(), end: (near) => near.machine.up() },
  {
    name: 'a route that swallows what one of them sends',
    begin: (near, far) => near.machine.blackhole(far.machine),
    end: (near, far) => near.machine.unblackhole(far.machine),
  },
];

onLan()('an outage in the middle of a run', () => {
  test.each(OUTAGES)(
    '$name',
    async ({ name, begin, end }) => {
      const [near, far] = (await peersOnLan(['near', 'far'], { lan: false })) as [OnLan, OnLan];
      await pairHomes(far.home, near.home, { allow: ['run', 'approve', 'observe'] });
      const file = (what: string): string => join(far.home.work, what);
      const command = [
        `echo started >> ${file('started')}`,
        `for ((i = 0; ; i++)); do echo "line $i, whatever becomes of the network"; sleep 0.01; [ -e ${file('enough')} ] && break; done | tee ${file('printed')}`,
      ].join('; ');
      const run = await submit(near.home, command, { on: ['far'] });
      const output = outputOf(near.home, run.id);
      output.catch(() => {}); // told where it is awaited
      await until('the start of the command', () => existsSync(file('printed')));
      let since = performance.now();
      begin(near, far);
      await offline(near.home, 'far', AWAY_MS);
      took(`${name}: until it is seen to be away`, since);
      since = performance.now();
      end(near, far);
      await online(near.home, 'far', BACK_MS);
      took(`${name}: from its end to the device online`, since);
      writeFileSync(file('enough'), '');
      expect(await ended(near.home, run.id, 40_000)).toMatchObject({ status: 'completed', exitCode: 0 });
      expect((await output).equals(readFileSync(file('printed')))).toBe(true);
      expect(readFileSync(file('started'), 'utf8')).toBe('started\n');
      const events = (await eventsAt(near.home)).filter(({ stream }) => stream === run.id);
      expect(new Set(events.map(({ device, seq }) => `${device} ${seq}`)).size).toBe(events.length);
    },
    120_000,
  );
});
