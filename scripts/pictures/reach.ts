// What another device can be asked to do without a shell: change its files, use its browser and its screen; and a file that is looked at in a
// browser.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serveSite } from '../../test/helpers/browser-site.ts';
import { until } from '../../test/helpers/until.ts';
import { startXServer } from '../../test/helpers/x-server.ts';
import { createDemoPeer } from '../demo/peer.ts';
import { PROJECT } from '../lib/run.ts';
import { openPictureStage } from './stage.ts';

const STYLE = `<meta charset="utf-8"><style>body{font:18px DejaVu Sans,sans-serif;background:#eef2f7;margin:40px}main{background:#fff;padding:32px;
border-radius:12px;max-width:640px}label{display:block;margin:18px 0}input{font:inherit;padding:8px;width:360px}
button{font:inherit;padding:10px 28px;background:#2563eb;color:#fff;border:0;border-radius:8px}h1{color:#1e3a8a}</style>`;
const FORM = `${STYLE}<main><h1>Order tea</h1><form action="/sent"><label>Name <input id="name" name="name"></label>
<label>Sort <input id="sort" name="sort"></label><button>Send</button></form></main>`;
const SENT = `${STYLE}<main><h1>Thank you, Ada</h1><p>One pound of Darjeeling is on its way.</p></main>`;
const APP = '# The shop\n[server]\nhost = "shop.example.org"\nport = 80\n\n[prices]\ncurrency = "EUR"\nround = false\n';

export async function pictureReach(): Promise<void> {
  const { work, dispatch, picture, pair, end } = openPictureStage();
  const site = await serveSite({ '/': FORM, '/sent': SENT });
  const x = await startXServer({ size: '800x600' });
  const { DISPLAY = '', XAUTHORITY = '', HOME: home = '' } = x.env;
  const desk = createDemoPeer('desk', {
    config: '[permissions]\nbrowser_automation = true\ndesktop_automation = true\n[browser]\nheadless = true\n',
    env: { HOME: home, DISPLAY, XAUTHORITY },
  });
  const editor = (script: string): NodeJS.ProcessEnv => {
    const file = join(work, 'editor');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return { EDITOR: file, VISUAL: '' };
  };
  const steps = (...each: object[]): NodeJS.ProcessEnv => {
    const file = join(work, 'steps.jsonl');
    writeFileSync(file, each.map((step) => JSON.stringify(step)).join('\n'));
    return editor(`cat ${file} > "$1"`);
  };
  /** Says yes to what waits, and waits until it is done. */
  const approve = async (): Promise<void> => {
    const waiting = JSON.parse(await dispatch('approvals', '--json')) as readonly { id: string; runId: string }[];
    for (const { id, runId } of waiting) {
      await dispatch('approve', id);
      await dispatch('wait', runId);
    }
  };
  try {
    mkdirSync(join(home, 'shop'));
    for (const [name, text] of [
      ['app.toml', APP],
      ['README.md', '# Shop\n'],
      ['prices.csv', 'tea,11.99\n'],
    ] as const)
      writeFileSync(join(home, 'shop', name), text);
    await pair(desk);
    const there = "wait:'● desk'";

    await dispatch('files', 'list', 'desk:~/shop');
    await picture(
      'edit',
      '120x34',
      `${there} 'edit @desk:~/shop/app.toml' enter wait:'⚠ 1' escape a wait:'approve once' still:600`,
      editor(`sed -i -e 's/port = 80/port = 8080/' -e 's/round = false/round = true/' "$1"`),
    );
    await approve();
    await dispatch('files', 'undo', '3', '--yes');
    await picture('undo', '120x34', `${there} wait:'undo run' escape still:500`);

    await dispatch('browse', `${site.origin}/`, '--text', '--on', 'desk', '--yes');
    const form = steps(
      { tool: 'browser_type', params: { element: 'Name', target: '#name', text: 'Ada' } },
      { tool: 'browser_type', params: { element: 'Sort', target: '#sort', text: 'Darjeeling' } },
      { tool: 'browser_click', params: { element: 'Send', target: 'button' } },
      { tool: 'browser_pdf_save' },
      { tool: 'browser_take_screenshot' },
    );
    await picture(
      'form',
      '120x60',
      `${there} '/steps @desk' enter wait:'⚠ 1' escape a wait:'Approve on' space space space wait:'▀' still:500`,
      form,
    );
    await approve();
    await picture('page', '120x40', `${there} '/artifacts' enter wait:'page.png' still:300 enter wait:'▀' still:500`);

    x.start(
      'xterm',
      '-T',
      'notes',
      '-fa',
      'DejaVu Sans Mono',
      '-fs',
      '16',
      '-geometry',
      '48x14',
      '-e',
      'cat > notes.txt',
    );
    await until('the window', async () => (await x.run('wmctrl', '-l').catch(() => '')).includes('notes'));
    const typing = steps(
      { action: 'left_click', coordinate: [300, 200] },
      { action: 'type', text: 'Grüße aus dem Terminal' },
      { action: 'key', text: 'Return' },
      { action: 'screenshot' },
    );
    await picture(
      'screen-approval',
      '120x60',
      `${there} '/steps @desk' enter wait:'⚠ 1' escape a wait:'▀' still:500`,
      typing,
    );
    await approve();
    await picture(
      'screen',
      '120x40',
      `${there} '/artifacts' enter wait:'after.png' still:300 enter wait:'▀' still:500`,
    );

    const made = JSON.parse(await dispatch('artifacts', '--json')) as readonly { id: string; name: string }[];
    const page = made.find(({ name }) => name === 'page.png');
    const [url = ''] = (await dispatch('open', '--link', page?.id ?? '')).split('\n');
    const out = join(PROJECT, 'docs', 'images', 'link.png');
    const looks = ['--headless', '--no-sandbox', '--hide-scrollbars', '--window-size=1300,820'];
    await promisify(execFile)('chromium', [...looks, `--screenshot=${out}`, url]);
  } finally {
    await end();
    await desk.end();
    await x.close();
    await site.close();
  }
}
