// What the owner allows and denies holds for everything that the browser asks for, however a page asks.
import { afterEach, expect, test } from 'vitest';
import { type Site, serveSite } from '../../helpers/browser-site.ts';
import { needs } from '../../helpers/needs.ts';
import { openStage, type Stage, step } from './harness.ts';

const TRIES = `<p>tries</p><iframe src="OTHER/frame"></iframe><img src="OTHER/picture"><script>
const say = (text) => document.body.append(document.createElement('br'), text);
fetch('OTHER/fetch', { mode: 'no-cors' }).then(() => say('fetch went'), () => say('fetch failed'));
fetch('/on', { mode: 'no-cors' }).then(() => say('redirect went'), () => say('redirect failed'));
const socket = new WebSocket('OTHER/socket'.replace('http', 'ws'));
socket.onclose = () => say('socket closed');
socket.onopen = () => say('socket went');
navigator.sendBeacon('OTHER/beacon', 'x');
</script>`;

needs('chromium')('the sites that a browser may reach', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function begin(sites: (site: Site) => { allowed?: string[]; denied?: string[] }): Promise<[Site, Stage]> {
    let other = '';
    const site = await serveSite({
      '/': (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end(TRIES.replaceAll('OTHER', other));
      },
      '/on': (_, response) => void response.writeHead(302, { location: `${other}/redirected` }).end(),
    });
    other = site.other;
    const { allowed = [], denied = [] } = sites(site);
    const stage = openStage({ settings: { sites: { allowed, denied } } });
    ends.push(site.close, stage.close);
    return [site, stage];
  }

  const look = async (site: Site, stage: Stage) =>
    stage.run(
      step('browser_navigate', { url: `${site.origin}/` }),
      step('browser_wait_for', { text: 'socket closed' }),
      step('browser_wait_for', { text: 'redirect' }),
      step('dispatch_text'),
    );

  test.each([
    ['denied', () => ({ denied: ['http://localhost:*'] })],
    ['not among those that are allowed', (site: Site) => ({ allowed: [site.origin] })],
  ])('hold for frames, pictures, scripts, redirects and sockets of one that is %s', async (_, sites) => {
    const [site, stage] = await begin(sites);
    const { outcome, text } = await look(site, stage);
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(text).toContain('fetch failed');
    expect(text).toContain('redirect failed');
    expect(site.asked.filter((asked) => asked.startsWith('localhost'))).toEqual([]);
    expect(
      await stage.executor.inspect({ kind: 'browser', steps: [step('browser_navigate', { url: site.other })] }),
    ).toMatchObject({
      ok: false,
      code: 'refused',
      hint: 'only its owner can change that, in [browser] there',
    });
  });

  test('are all, where the owner says nothing', async () => {
    const [site, stage] = await begin(() => ({}));
    const { text } = await look(site, stage);
    expect(text).toContain('fetch went');
    expect(text).toContain('redirect went');
    const paths = site.asked.filter((asked) => asked.startsWith('localhost')).map((asked) => asked.replace(/.*\//, ''));
    expect(paths).toEqual(expect.arrayContaining(['frame', 'picture', 'fetch', 'redirected', 'socket', 'beacon']));
  });
});
