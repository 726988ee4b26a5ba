// A megabyte is pasted into the composer.
import { expect, it } from 'vitest';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();
const MEGABYTE = 1_000_000;

it('takes a megabyte that is pasted, goes on with what is typed, and sends all of it', async () => {
  const dashboard = await stage.open();
  const pasted = 'lorem ipsum\n'.repeat(MEGABYTE / 12);
  dashboard.paste(`/say ${pasted}`);
  await dashboard.waitFor('/say TEXT');
  dashboard.type('the end of it');
  await dashboard.waitFor('the end of it');
  dashboard.press('enter');
  await dashboard.waitFor(() => dashboard.pane('Thread').includes('lorem ipsum'), 20_000);
  const client = await dashboard.home.client();
  const { entries } = await client.call('thread.read', { limit: 10 });
  client.close();
  expect(JSON.stringify(entries)).toContain(JSON.stringify(`${pasted}the end of it`));
});

it('says of what is too long that it is, while it can still be shortened', async () => {
  const dashboard = await stage.open();
  dashboard.paste(`!echo ${'lorem ipsum '.repeat(MEGABYTE / 10)}`);
  await dashboard.waitFor('too long to be sent: 1,200,006 characters');
  dashboard.type('goes on');
  await dashboard.waitFor('goes on');
  dashboard.press('enter');
  await dashboard.waitFor('put it into a file');
  expect(dashboard.screen()).toContain('goes on');
  dashboard.press('C-u');
  dashboard.type('!echo short');
  await dashboard.waitFor('› !echo short');
});
