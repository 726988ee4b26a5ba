// `dispatch desktop` from one peer on the real screen of another one: the picture that comes back, the request with the place where it
// will act, and what is refused without the owner's word.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import type { PendingApproval } from '../../../src/core/approvals.ts';
import { needs } from '../../helpers/needs.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { startXServer, type XServer } from '../../helpers/x-server.ts';

const SIZE = { width: 640, height: 480 };

needs(
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
)('a screen on another device', () => {
  const stage = peerStage();

  async function begin(allowed: boolean): Promise<{ x: XServer; laptop: PeerHome; desk: PeerHome }> {
    const x = await startXServer({ size: `${SIZE.width}x${SIZE.height}` });
    const { DISPLAY = '', XAUTHORITY = '' } = x.env;
    const laptop = await stage.home('laptop');
    const desk = await stage.home('desk', {
      config: `[permissions]\ndesktop_automation = ${allowed}\n`,
      env: { DISPLAY, XAUTHORITY },
    });
    await Promise.all([laptop.begin(), desk.begin()]);
    await pairHomes(desk, laptop, { allow: ['run', 'approve'] });
    return { x, laptop, desk };
  }

  test('is looked at, and typed to after a yes to what was shown', async () => {
    const { x, laptop } = await begin(true);
    try {
      const typed = join(x.env.HOME as string, 'typed');
      x.start('xterm', '-T', 'notes', '-e', `cat > ${typed}`);
      await until('the window', async () => (await x.run('wmctrl', '-l').catch(() => '')).includes('notes'));

      const shot = join(laptop.work, 'shot.png');
      const looked = await laptop.cli(['desktop', 'screenshot', '--on', 'desk', '--yes', '-o', shot]);
      expect({ code: looked.code, err: looked.err }).toEqual({ code: 0, err: expect.stringContaining('shot.png') });
      expect(PNG.sync.read(readFileSync(shot))).toMatchObject(SIZE);

      const steps = [
        { action: 'left_click', coordinate: [320, 240] },
        { action: 'type', text: 'grüße ✓' },
        { action: 'key', text: 'Return' },
      ];
      const typing = laptop.start(['desktop', '--steps', '-', '--on', 'desk', '--json'], {
        stdin: JSON.stringify(steps),
      });
      const approval = await until('the request', async () => {
        const listed = JSON.parse((await laptop.cli(['approvals', '--json'])).out) as PendingApproval[];
        return listed[0];
      });
      const { steps: shown, picture, targets = [] } = approval.payload;
      expect(shown).toHaveLength(3);
      expect(shown?.[1]).toContain('grüße ✓');
      expect(targets.join()).toContain('of XTerm');
      const before = join(laptop.work, 'before.png');
      expect(await laptop.cli(['get', picture as string, '-o', before])).toMatchObject({ code: 0 });
      expect(PNG.sync.read(readFileSync(before))).toMatchObject(SIZE);
      expect(readFileSync(typed, 'utf8')).toBe('');

      expect(await laptop.cli(['approve', approval.id])).toMatchObject({ code: 0, err: '' });
      expect((await typing.done).code).toBe(0);
      await until('the text', async () => readFileSync(typed, 'utf8') === 'grüße ✓\n');
    } finally {
      await x.close();
    }
  }, 60_000);

  test('stays dark where its owner does not allow it', async () => {
    const { x, laptop } = await begin(false);
    try {
      const looked = await laptop.cli(['desktop', 'screenshot', '--on', 'desk', '--yes']);
      expect(looked).toMatchObject({ code: 126, err: expect.stringContaining('"desktop_automation"') });
    } finally {
      await x.close();
    }
  }, 60_000);
});
