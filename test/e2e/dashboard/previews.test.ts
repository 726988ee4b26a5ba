// What runs made, looked at in a real terminal: Markdown, JSON, a diff, a picture; found in, traced, and its link copied.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';

const stage = dashboards();

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'notes.md': `# Notes\n\nAll **well**. See [more](https://example.org/more).\n\n${'- an item of a list\n'.repeat(60)}\nthe needle\n`,
  'data.json': '{"name":"dispatch","list":[1,2,{"deep":true}]}',
  'fix.diff': '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old words\n+new words\n',
  'half.png': half(),
};

/** Red on the left, nothing on the right. */
function half(): Uint8Array {
  const picture = new PNG({ width: 40, height: 40 });
  for (let at = 0; at < 1600; at += 1) picture.data.set(at % 40 < 20 ? [255, 0, 0, 255] : [0, 0, 0, 0], at * 4);
  return PNG.sync.write(picture);
}

/** With the list of artifacts open. */
async function listed(options: Parameters<typeof stage.open>[1] = {}): Promise<Dashboard> {
  const home = stage.home();
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(projectOf(home), name), content);
  const dashboard = await stage.open(home, options);
  dashboard.submit('!cp notes.md data.json fix.diff half.png $DISPATCH_ARTIFACTS/');
  await dashboard.approve();
  await dashboard.waitFor(/✓ +1 cp/);
  await dashboard.go(1);
  dashboard.press('f');
  await dashboard.waitFor('What runs made');
  await dashboard.waitFor('fix.diff');
  return dashboard;
}

/** Opens the one with that name: the list has the newest first. */
async function preview(dashboard: Dashboard, name: string): Promise<void> {
  const rows = dashboard
    .screen()
    .split('\n')
    .filter((line) => line.includes('◆'));
  const at = rows.findIndex((line) => line.includes(name));
  dashboard.press('g', ...Array.from({ length: at }, () => 'j'), 'enter');
  await dashboard.waitFor(`┌ ${name}`);
  await dashboard.waitGone('loading…');
}

async function back(dashboard: Dashboard): Promise<void> {
  dashboard.press('escape');
  await dashboard.waitFor('What runs made');
}

describe('what runs made', () => {
  it('is previewed by kind', async () => {
    const dashboard = await listed();
    await preview(dashboard, 'notes.md');
    expect(dashboard.screen()).toContain('All well. See more (https://example.org/more).');
    expect(dashboard.screen()).toContain('• an item of a list');
    await back(dashboard);
    await preview(dashboard, 'data.json');
    expect(dashboard.screen()).toContain('│      "deep": true');
    await back(dashboard);
    await preview(dashboard, 'fix.diff');
    expect(dashboard.screen()).toContain('│+new words');
    await back(dashboard);
    await preview(dashboard, 'half.png');
    await dashboard.waitFor('PNG, 40 × 40 pixels');
  });

  it('is searched, traced, and its link copied', async () => {
    const dashboard = await listed({ cols: 80, rows: 24 });
    await preview(dashboard, 'notes.md');
    expect(dashboard.screen()).not.toContain('the needle');
    dashboard.press('/');
    await dashboard.waitFor('┌ Find');
    dashboard.type('NEEDLE\r');
    await dashboard.waitFor('the needle');
    dashboard.press('p');
    await dashboard.waitFor('Where it comes from: notes.md');
    await dashboard.waitFor(/by run +1 +cp notes\.md/);
    dashboard.press('y');
    await dashboard.waitFor('copied');
    const copied = /\x1b\]52;c;([A-Za-z0-9+/=]+)/.exec(dashboard.output().toString('latin1'))?.[1] ?? '';
    const link = Buffer.from(copied, 'base64').toString();
    expect(await (await fetch(link)).text()).toBe(FILES['notes.md']);
  });

  it('is letters where there are no colours', async () => {
    const dashboard = await listed({ cols: 60, rows: 24, env: { NO_COLOR: '1' } });
    await preview(dashboard, 'half.png');
    await dashboard.waitFor(/│:{14,}/);
  });
});
