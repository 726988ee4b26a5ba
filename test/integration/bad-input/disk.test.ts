// Disks that are full or may not be written: nothing acknowledged is lost, and everybody is told what to do.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { canMount, mountDisk, type SmallDisk } from '../../helpers/small-disk.ts';
import { until } from '../../helpers/until.ts';

describe.skipIf(!canMount())('a small disk (only root may mount one)', () => {
  let disk: SmallDisk;
  let home: CliHome;
  /** Where commands can write when the home cannot. */
  let outside: string;
  beforeEach(() => {
    disk = mountDisk(6 * 2 ** 20);
    home = createHome({ at: disk.path });
    outside = home.work;
  });
  afterEach(async () => {
    await home.dispose();
    disk.dispose();
  });

  /** To the last byte, and beyond what the database had put aside. */
  const fillUp = async (): Promise<void> => {
    disk.fill();
    for (let n = 0; n < 50; n++) if ((await home.cli(['say', 'x'.repeat(4000)])).code !== 0) return;
    throw new Error('the disk does not fill up');
  };
  const texts = async (): Promise<string[]> => {
    const { out } = await home.cli(['thread', '-n', '1000', '--json']);
    const entries = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { message?: { text: string } });
    return entries.flatMap(({ message }) => (message === undefined ? [] : [message.text]));
  };

  it('that is full takes no more messages, keeps those that it took, and goes on when there is room', async () => {
    await home.startPeer();
    const said: string[] = [];
    const say = async (text: string) => {
      const result = await home.cli(['say', text]);
      if (result.code === 0) said.push(text);
      return result;
    };
    await say('before');
    disk.fill();
    let refused: Awaited<ReturnType<typeof say>> | undefined;
    for (let n = 0; n < 30 && refused === undefined; n++) {
      const result = await say(`word ${n} ${'x'.repeat(4000)}`);
      if (result.code !== 0) refused = result;
    }
    expect(refused).toMatchObject({ code: 125, out: '' });
    expect(refused?.err).toMatch(/^dispatch: .*the disk is full: free some space and try again\n$/);
    expect(await texts()).toEqual(said);
    const doctor = await home.cli(['doctor']);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/✗ disk: .*\n {4}free some space/);
    disk.free();
    expect((await say('after')).code).toBe(0);
    await home.killPeer();
    expect(await texts()).toEqual(said);
    expect((await home.cli(['doctor', '--verify'])).out).toContain(
      '✓ thread: the log and everything made from it agree',
    );
  });

  it('that is full refuses runs before they act, and runs them when there is room', async () => {
    await home.startPeer();
    await fillUp();
    for (const command of [`touch ${outside}/effect`, 'echo hi']) {
      const { code, out, err } = await home.cli(['run', '--yes', '--', command]);
      expect({ code, out }).toEqual({ code: 125, out: '' });
      expect(err).toMatch(/^dispatch: .*disk.* full.*: free some space and try again\n$/);
    }
    expect(existsSync(join(outside, 'effect'))).toBe(false);
    disk.free();
    expect(await home.cli(['run', '--', 'echo again'])).toMatchObject({ code: 0, out: 'again\n' });
    expect(existsSync(join(outside, 'effect'))).toBe(false);
  });

  it('that fills up while a run goes on: whoever waits is told, and its end is written when there is room', async () => {
    await home.startPeer();
    const command = `echo begun; until [ -e ${outside}/go ]; do sleep 0.02; done; seq 1 2000000 > ${outside}/numbers; echo ended`;
    const run = home.start(['run', '--yes', '--', command]);
    await run.printed('begun');
    await fillUp();
    writeFileSync(join(outside, 'go'), '');
    const { code, out, err } = await run.done;
    expect(out).toMatch(/^begun\n/);
    expect(code).toBe(125);
    expect(err).toContain('dispatch: the run is over, but its end cannot be written: ');
    expect(readFileSync(join(outside, 'numbers')).length).toBe(14_888_896);
    disk.free();
    await until('end of the run in the log', async () => (await home.cli(['wait', '1'])).code === 0);
    expect(await home.json(['show', '1', '--json'])).toMatchObject({ run: { status: 'completed', exitCode: 0 } });
    expect(await home.cli(['run', '--', 'echo alive'])).toMatchObject({ code: 0, out: 'alive\n' });
  });

  it('that is read-only is named as what it is', async () => {
    disk.readOnly();
    for (const args of [['run', '--', 'true'], ['peer'], ['thread']]) {
      const { code, err } = await home.cli(args);
      expect(code).toBe(125);
      expect(err).toMatch(
        /^dispatch: cannot (write|make the folder) .*EROFS: read-only file system.*DISPATCH_HOME.*\n$/,
      );
    }
  });
});

describe('a home that cannot be there', () => {
  it('is named by every command that needs it', async () => {
    const home = createHome({ env: { DISPATCH_HOME: '/dev/null/home' } });
    try {
      for (const args of [['run', '--', 'true'], ['peer'], ['thread'], ['say', 'hi']]) {
        const { code, out, err } = await home.cli(args);
        expect({ code, out }).toEqual({ code: 125, out: '' });
        expect(err).toMatch(
          /^dispatch: cannot (write|make the folder) \/dev\/null\/home\/.*ENOTDIR.*DISPATCH_HOME to a folder that can be written\n$/,
        );
      }
      const doctor = await home.cli(['doctor', '--json']);
      expect(doctor.code).toBe(1);
      expect(JSON.parse(doctor.out)).toMatchObject({ checks: [{ name: 'peer', ok: false, fix: expect.any(String) }] });
    } finally {
      await home.dispose();
    }
  });
});
