// Finding things in the thread, through a real terminal: search with qualifiers, jumps, and what is opened by its number.
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

/** With a run that is done, one that failed, and a message. */
async function lived(): Promise<Dashboard> {
  const dashboard = await stage.open();
  dashboard.submit('= 6 * 7');
  await dashboard.waitFor(/✓ +1 /);
  dashboard.submit('= nonsense + 1');
  await dashboard.waitFor(/✗ +2 /);
  dashboard.submit('/say remember the milk');
  await dashboard.waitFor(() => dashboard.pane('Thread').includes('remember the milk'));
  await dashboard.go(1);
  return dashboard;
}

describe('search', () => {
  it('finds what failed, and what is a message, as it is typed', async () => {
    const dashboard = await lived();
    dashboard.press('/');
    await dashboard.waitFor('Search the thread');
    dashboard.type('is:failed');
    await dashboard.waitFor('1 found');
    expect(dashboard.screen()).toContain('nonsense');
    expect(dashboard.screen()).not.toContain('remember the milk');
    dashboard.press('C-u');
    dashboard.type('is:message milk');
    await dashboard.waitFor(/1 found[\s\S]*remember the milk/);
  });

  it('says what a qualifier takes, and what there is no qualifier for', async () => {
    const dashboard = await lived();
    dashboard.press('/');
    await dashboard.waitFor('Search the thread');
    dashboard.type('is:broken');
    await dashboard.waitFor(/is:broken[\s\S]*is:failed/);
    dashboard.press('C-u');
    dashboard.type('status:x');
    await dashboard.waitFor('there is no "status:" to search by');
    dashboard.press('C-u');
    dashboard.type('@toaster');
    await dashboard.waitFor('no device is meant by "@toaster"');
  });

  it('finds a result by what it says, and shows it in the thread', async () => {
    const dashboard = await lived();
    dashboard.press('/');
    await dashboard.waitFor('Search the thread');
    dashboard.type('42 is:done');
    await dashboard.waitFor('1 found');
    dashboard.press('enter');
    await dashboard.waitGone('Search the thread');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('6 * 7'));
  });
});

describe('jumps', () => {
  it('go to what failed, and say where there is no more', async () => {
    const dashboard = await lived();
    dashboard.press('{');
    // Of the run that it went to.
    await dashboard.waitFor(() => dashboard.line(39).includes('r retry'));
    dashboard.press('{');
    await dashboard.waitFor('nothing older failed');
  });

  it('/open says what there is not', async () => {
    const dashboard = await lived();
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('/open 4711');
    await dashboard.waitFor('there is no run and no entry "4711"');
  });
});

describe('a filter of the thread', () => {
  it('is what the search found, with what comes, until Esc', async () => {
    const dashboard = await lived();
    dashboard.press('/');
    await dashboard.waitFor('Tab keep as filter');
    dashboard.type('is:failed');
    await dashboard.waitFor('1 found');
    dashboard.press('tab');
    await dashboard.waitFor('1 Thread  is:failed');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('nonsense'));
    expect(dashboard.pane('Thread')).not.toContain('milk');
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('= gibberish + 1');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('gibberish'));
    await dashboard.go(1);
    dashboard.press('escape');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('milk'));
    expect(dashboard.pane('Thread')).toContain('gibberish');
    expect(dashboard.screen()).not.toContain('is:failed');
  });

  it('/filter shows only that too, and without a query everything again', async () => {
    const dashboard = await lived();
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('/filter milk');
    await dashboard.waitFor('1 Thread  milk');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('remember the milk'));
    expect(dashboard.pane('Thread')).not.toContain('6 * 7');
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('/filter');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('6 * 7'));
  });

  it('says that it finds nothing, and fills when something comes', async () => {
    const dashboard = await lived();
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('/filter chrysanthemum');
    await dashboard.waitFor('Esc shows all of the thread');
    dashboard.press('t');
    await dashboard.waitFor('Esc panes');
    dashboard.submit('/say a chrysanthemum for the desk');
    await dashboard.waitFor(() => dashboard.pane('Thread').includes('for the desk'));
    expect(dashboard.pane('Thread')).not.toContain('milk');
  });
});
