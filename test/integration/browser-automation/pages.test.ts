// What people do with pages: read them, fill in a form, answer a dialog, download and upload, on a real browser.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Site, serveSite } from '../../helpers/browser-site.ts';
import { needs } from '../../helpers/needs.ts';
import { browse, openStage, type Stage, step } from './harness.ts';

const FORM = `<title>Order</title><h1>Order</h1><form action="/sent">
<label>Name <input name="name"></label>
<label>Kind <select name="kind"><option>One</option><option>Two</option></select></label>
<label><input type="checkbox" name="fast"> Fast</label>
<button>Send</button></form>
<ul aria-label="Goods"><li>Tea</li><li>Rice</li></ul>
<button onclick="document.title = confirm('Sure?') ? 'yes' : 'no'">Ask</button>
<a href="/file" download>Get it</a>
<input type="file" aria-label="File" onchange="this.files[0].text().then((t) => document.body.append('got ' + this.files[0].name + ': ' + t))">
<div id="box" draggable="true" style="position:absolute;left:600px;top:10px;width:40px;height:40px;background:red"></div>
<a href="/second" target="_blank">Second</a>`;

needs('chromium')('the browser', () => {
  let site: Site;
  let stage: Stage;

  beforeAll(async () => {
    site = await serveSite({
      '/': FORM,
      '/second': '<title>Second</title><p>the second page</p>',
      '/sent': (request, response) => {
        const said = decodeURIComponent((request.url ?? '').replace(/\+/g, ' '));
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<p>sent ${said}</p>`);
      },
      '/file': (_, response) => {
        response.writeHead(200, { 'content-disposition': 'attachment; filename="../re port.csv"' }).end('a,b\n1,2\n');
      },
      '/cookie': (request, response) => {
        const had = request.headers.cookie ?? 'none';
        response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'login=yes; Max-Age=3600' });
        response.end(`<p>cookie: ${had}</p>`);
      },
    });
    stage = openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await site?.close();
  });

  const open = () => step('browser_navigate', { url: `${site.origin}/` });

  test('reads the elements and the text of a page, and takes pictures and a PDF of it', async () => {
    const { outcome, text, files } = await stage.run(
      open(),
      step('browser_snapshot'),
      step('dispatch_text'),
      step('browser_take_screenshot'),
      step('browser_take_screenshot', { fullPage: true, type: 'jpeg' }),
      step('browser_take_screenshot', { target: '#box', filename: 'box.png' }),
      step('browser_pdf_save'),
    );
    expect(outcome).toMatchObject({
      kind: 'exit',
      exitCode: 0,
      result: '7 steps, page.png, page.jpg, box.png, page.pdf',
    });
    expect(text).toContain('[1/7] open http');
    expect(text).toMatch(/\n {3}.*- button "Send" \[ref=(f\d+)?e\d+\]\n/);
    expect(text).toContain('\n   Order\n');
    expect(PNG.sync.read(files['page.png'] as Buffer)).toMatchObject({ width: 1280, height: 800 });
    expect(PNG.sync.read(files['box.png'] as Buffer)).toMatchObject({ width: 40, height: 40 });
    expect(files['page.pdf']?.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('fills in a form by refs and selectors, and shows where before', async () => {
    const seen = await stage.run(open(), step('browser_snapshot'));
    const ref = /textbox "Name" \[ref=((?:f\d+)?e\d+)\]/.exec(seen.text)?.[1] as string;
    const action = browse(
      step('browser_fill_form', {
        fields: [
          { target: ref, name: 'Name', type: 'textbox', value: 'Grüße ✓' },
          { target: 'input[name=fast]', name: 'Fast', type: 'checkbox', value: 'true' },
        ],
      }),
      step('browser_select_option', { target: 'select', values: ['Two'] }),
      step('browser_click', { element: 'the Send button', target: 'text=Send' }),
      step('dispatch_text'),
    );
    const plan = await stage.prepare(action);
    expect(plan.targets).toEqual([
      expect.stringMatching(new RegExp(`^step 1: ${site.origin} page [0-9a-f]{16}$`)),
      ...[2, 3, 4].map((at) => `step ${at}: ${site.origin}`),
    ]);
    const { steps, picture, warnings } = (await stage.executor.illustrate?.(action, plan)) ?? {};
    expect(steps?.[0]).toBe(
      `fill in "Name" ("${ref}") with "Grüße ✓", "Fast" ("input[name=fast]") with "true", on ${site.origin}`,
    );
    expect(warnings).toEqual(['It acts with the logins that the session "default" has.']);
    const image = PNG.sync.read(Buffer.from(picture?.bytes as Uint8Array));
    const marked = Array.from({ length: image.width * image.height }, (_, at) =>
      image.data.subarray(at * 4, at * 4 + 3),
    );
    expect(marked.some(([r, g, b]) => r === 255 && g === 0 && b === 128)).toBe(true);

    const { outcome, text } = await stage.start(action, plan).finished;
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(text).toContain('   sent /sent?name=Grüße ✓&kind=Two&fast=on\n');
  });

  test('answers a dialog in a step of its own, and goes on with nothing else before', async () => {
    const asked = await stage.run(open(), step('browser_click', { target: 'text=Ask' }));
    expect(asked.text).toContain('the page asks, and waits for an answer: confirm "Sure?"');
    const held = await stage.run(step('browser_click', { target: 'text=Send' }));
    expect(held.outcome).toMatchObject({ exitCode: 1, message: expect.stringContaining('confirm "Sure?"') });
    const { outcome, text } = await stage.run(
      step('browser_handle_dialog', { accept: true }),
      step('browser_evaluate', { function: '() => document.title' }),
    );
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(text).toContain('   "yes"\n');
  });

  test('brings home what it downloads, under a name that leads nowhere', async () => {
    const { outcome, files } = await stage.run(open(), step('browser_click', { target: 'text=Get it' }));
    expect(outcome).toMatchObject({ exitCode: 0 });
    const [[name, bytes] = [], ...others] = Object.entries(files);
    expect(others).toEqual([]);
    expect(name).toMatch(/^_?re port\.csv$/);
    expect(bytes?.toString()).toBe('a,b\n1,2\n');
  });

  test('gives a page the file that was approved, and no other', async () => {
    const file = join(stage.home, 'notes.txt');
    writeFileSync(file, 'hello');
    const steps = [
      open(),
      step('browser_click', { target: 'input[type=file]' }),
      step('browser_file_upload', { paths: ['~/notes.txt'] }),
      step('browser_wait_for', { text: 'got notes.txt: hello' }),
    ];
    expect((await stage.run(...steps)).outcome).toMatchObject({ exitCode: 0 });

    const plan = await stage.prepare(browse(...steps));
    writeFileSync(file, 'something else');
    expect((await stage.start(browse(...steps), plan).finished).outcome).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('has changed since it was looked at'),
    });
  });

  test('keeps tabs apart, and verifies what a page shows', async () => {
    const { outcome, text } = await stage.run(
      open(),
      step('browser_verify_element_visible', { role: 'button', accessibleName: 'Send' }),
      step('browser_verify_list_visible', { element: 'goods', target: 'ul', items: ['Tea', 'Rice'] }),
      step('browser_type', { target: 'input[name=name]', text: 'ann', slowly: true }),
      step('browser_verify_value', { type: 'textbox', element: 'name', target: 'input[name=name]', value: 'ann' }),
      step('browser_press_key', { key: 'Backspace' }),
      step('browser_verify_value', { type: 'textbox', element: 'name', target: 'input[name=name]', value: 'an' }),
      step('browser_hover', { target: '#box' }),
      step('browser_drag', { startTarget: '#box', endTarget: 'h1' }),
      step('browser_console_messages', { level: 'debug' }),
      step('browser_network_requests', { static: true }),
      step('browser_tabs', { action: 'new', url: `${site.origin}/second` }),
      step('dispatch_text'),
    );
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(text).toContain(`   GET ${site.origin}/ => 200\n`);
    expect(text).toContain('   the second page\n');
    const listed = await stage.run(step('browser_tabs', { action: 'list' }));
    expect(listed.text).toMatch(/ {3}0 "Order" .*\n {3}1 \* "Second"/);
    const back = await stage.run(step('browser_tabs', { action: 'close', index: 1 }));
    expect(back.text).not.toContain('Second');
  });

  test('stays logged in from run to run, also when the browser and the process behind it end', async () => {
    const cookie = step('browser_navigate', { url: `${site.origin}/cookie` });
    const first = await stage.runAction({ ...browse(cookie, step('dispatch_text')), session: 'shop' });
    expect(first.text).toContain('cookie: none');
    const closed = await stage.runAction({
      ...browse(step('browser_close'), cookie, step('dispatch_text')),
      session: 'shop',
    });
    expect(closed.text).toContain('cookie: login=yes');
    await stage.executor.close();
    const base = join(stage.home, '..');
    const again = openStage({ base });
    try {
      const { text } = await again.runAction({ ...browse(cookie, step('dispatch_text')), session: 'shop' });
      expect(text).toContain('cookie: login=yes');
      const { text: other } = await again.runAction({ ...browse(cookie, step('dispatch_text')), session: 'other' });
      expect(other).toContain('cookie: none');
    } finally {
      await again.close();
    }
  });
});
