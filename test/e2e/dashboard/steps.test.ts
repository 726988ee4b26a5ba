// The browser and the screen of another device from the dashboard: steps are written in an editor, read in the request, approved with a
// key, and what they leave is looked at in the terminal.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveSite } from '../../helpers/browser-site.ts';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { needs } from '../../helpers/needs.ts';
import { pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { startXServer } from '../../helpers/x-server.ts';

const peers = peerStage();
const stage = dashboards();
const PRESENT_MS = 40_000;

/** `steps`: what the person puts into the file that the editor is given. */
async function begin(steps: readonly object[], config: string, env: Record<string, string> = {}): Promise<Dashboard> {
  const laptop = await peers.home('laptop');
  const desk = await peers.home('desk', { config, env });
  await Promise.all([laptop.begin(), desk.begin()]);
  await pairHomes(desk, laptop, { allow: ['run', 'approve'] });
  mkdirSync(projectOf(laptop), { recursive: true });
  const written = join(laptop.work, 'written');
  writeFileSync(written, steps.map((step) => `${JSON.stringify(step)}\n`).join(''));
  const script = join(laptop.work, 'editor');
  writeFileSync(script, `#!/bin/sh\ncat ${written} >> "$1"\n`);
  chmodSync(script, 0o755);
  const dashboard = await stage.open(laptop, { env: { EDITOR: script, VISUAL: undefined } });
  await dashboard.waitFor(/● desk +(<1|\d+) ms/, PRESENT_MS);
  return dashboard;
}

needs('chromium')('a form in the browser of another device', () => {
  test('is filled in and sent, and the picture and the PDF of what came back are there', async () => {
    const site = await serveSite({
      '/': '<form action="/sent"><label>Name <input id="name" name="name"></label><button>Send</button></form>',
      '/sent': '<h1>Thank you</h1>',
    });
    try {
      const dashboard = await begin(
        [
          { tool: 'browser_navigate', params: { url: `${site.origin}/` } },
          { tool: 'browser_type', params: { element: 'Name', target: '#name', text: 'Ada' } },
          { tool: 'browser_click', params: { element: 'Send', target: 'button' } },
          { tool: 'dispatch_text' },
          { tool: 'browser_take_screenshot' },
          { tool: 'browser_pdf_save' },
        ],
        '[permissions]\nbrowser_automation = true\n',
      );
      dashboard.submit('/steps @desk shop');
      await dashboard.readApproval();
      expect(dashboard.screen()).toContain('type "Ada" into "Name"');
      expect(site.asked).toEqual([]);
      await dashboard.pressAlone('y');
      await dashboard.waitFor(/✓ +1 navigate/, PRESENT_MS);
      expect(site.asked.some((asked) => asked.endsWith('/sent?name=Ada'))).toBe(true);

      dashboard.submit('/artifacts');
      await dashboard.waitFor('.pdf');
      await dashboard.waitFor('.png');
    } finally {
      await site.close();
    }
  }, 120_000);
});

needs(
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'maim',
  'wmctrl',
)('a window on another device', () => {
  test('is typed into after a yes, and its screen is seen in the terminal', async () => {
    const x = await startXServer({ size: '640x480' });
    try {
      const { DISPLAY = '', XAUTHORITY = '' } = x.env;
      const typed = join(x.env.HOME as string, 'typed');
      x.start('xterm', '-T', 'notes', '-e', `cat > ${typed}`);
      await until('the window', async () => (await x.run('wmctrl', '-l').catch(() => '')).includes('notes'));
      const dashboard = await begin(
        [
          { action: 'left_click', coordinate: [320, 240] },
          { action: 'type', text: 'grüße ✓' },
          { action: 'key', text: 'Return' },
          { action: 'screenshot' },
        ],
        '[permissions]\ndesktop_automation = true\n',
        { DISPLAY, XAUTHORITY },
      );
      dashboard.submit('/steps desk');
      await dashboard.waitFor(/⚠ [1-9]/);
      dashboard.press('M-a');
      await dashboard.waitFor('Approve on desk');
      await dashboard.listening(false);
      expect(dashboard.screen()).toContain('type "grüße ✓"');
      // The picture of what it touches is below the steps.
      dashboard.press('space', 'space', 'space', 'space');
      await dashboard.listening();
      expect(dashboard.screen()).toContain('▀');
      await dashboard.pressAlone('y');
      await dashboard.waitFor(/✓ +1 /, PRESENT_MS);
      await until('the text', async () => readFileSync(typed, 'utf8') === 'grüße ✓\n');

      dashboard.submit('/artifacts');
      await dashboard.waitFor('What runs made');
      await dashboard.pressAlone('enter');
      // Two pixels are one character.
      await dashboard.waitFor(() => (dashboard.screen().match(/▀/g) ?? []).length > 200, PRESENT_MS);
    } finally {
      await x.close();
    }
  }, 120_000);
});
