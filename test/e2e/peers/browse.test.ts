// `dispatch browse` from one peer in the real browser of another one: a form that is filled in after a yes to what was shown, with the
// picture and the PDF that come back, and what is refused without the owner's word.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PendingApproval } from '../../../src/core/approvals.ts';
import { type Site, serveSite } from '../../helpers/browser-site.ts';
import { needs } from '../../helpers/needs.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const FORM = `<title>Order</title><form action="/sent"><label>Name <input id="name" name="name"></label><button>Send</button></form>`;

needs('chromium')('a browser on another device', () => {
  const stage = peerStage();
  let site: Site;

  beforeAll(async () => {
    site = await serveSite({
      '/': FORM,
      '/sent': (request, response) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
        response.end(`<p>got ${decodeURIComponent(request.url ?? '')}</p>`);
      },
    });
  });
  afterAll(() => site?.close());

  async function begin(config: string): Promise<PeerHome> {
    const laptop = await stage.home('laptop');
    const desk = await stage.home('desk', { config });
    await Promise.all([laptop.begin(), desk.begin()]);
    await pairHomes(desk, laptop, { allow: ['run', 'approve'] });
    return laptop;
  }

  test('fills in a form after a yes to what was shown, and brings back a picture and a PDF', async () => {
    const laptop = await begin('[permissions]\nbrowser_automation = true\n');
    const read = await laptop.cli(['browse', `${site.origin}/`, '--snapshot', '--on', 'desk', '--yes']);
    expect(read).toMatchObject({ code: 0, out: expect.stringMatching(/^ .*textbox "Name"/m) });

    const steps = [
      {
        tool: 'browser_fill_form',
        params: { fields: [{ name: 'Name', type: 'textbox', target: '#name', value: 'grüße ✓' }] },
      },
      { tool: 'browser_click', params: { element: 'Send', target: 'button' } },
      { tool: 'dispatch_text', params: {} },
    ];
    const filling = laptop.start(
      ['browse', '--steps', '-', '--screenshot', '--pdf', '--on', 'desk', '-o', laptop.work],
      { stdin: JSON.stringify(steps) },
    );
    const approval = await until('the request', async () => {
      const listed = JSON.parse((await laptop.cli(['approvals', '--json'])).out) as PendingApproval[];
      return listed[0];
    });
    const shown = approval.payload.steps ?? [];
    expect(shown).toHaveLength(5);
    expect(shown[0]).toContain('grüße ✓');
    expect(shown[0]).toContain(`on ${site.origin}`);
    const before = join(laptop.work, 'before.png');
    expect(await laptop.cli(['get', approval.payload.picture as string, '-o', before])).toMatchObject({ code: 0 });
    expect(PNG.sync.read(readFileSync(before)).width).toBeGreaterThan(300);
    expect(site.asked.filter((path) => path.includes('/sent'))).toEqual([]);

    expect(await laptop.cli(['approve', approval.id])).toMatchObject({ code: 0, err: '' });
    const { code, out, err } = await filling.done;
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(out).toContain('got /sent?name=grüße+✓');
    const saved = err.match(/\S+\.(?:png|pdf)/g) ?? [];
    const [png, pdf] = ['.png', '.pdf'].map((end) => saved.find((name) => name.endsWith(end)) ?? '');
    expect(PNG.sync.read(readFileSync(join(laptop.work, (png as string).split('/').at(-1) as string))).width).toBe(
      1280,
    );
    expect(
      readFileSync(join(laptop.work, (pdf as string).split('/').at(-1) as string), 'latin1').startsWith('%PDF-'),
    ).toBe(true);
  }, 90_000);

  test('stays closed where its owner does not allow it, or denies the site', async () => {
    const off = await begin('');
    expect(await off.cli(['browse', `${site.origin}/`, '--text', '--on', 'desk', '--yes'])).toMatchObject({
      code: 126,
      err: expect.stringContaining('"browser_automation"'),
    });
    const asked = site.asked.length;
    const denied = await begin(
      `[permissions]\nbrowser_automation = true\n[browser]\ndenied_origins = ["${site.origin}"]\n`,
    );
    const answer = await denied.cli(['browse', `${site.origin}/`, '--text', '--on', 'desk', '--yes']);
    expect(answer).toMatchObject({ code: 126, err: expect.stringContaining('[browser] denied_origins') });
    expect(site.asked).toHaveLength(asked);
  }, 90_000);
});
