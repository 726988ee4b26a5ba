// What the composer says of questions, programs and ties, what Tab offers for them, and how a run is sent elsewhere.
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { aDevice, anArtifact, aRun, type Dashboard, keyOf, runEntry, startDashboard } from '../../helpers/tui-model.ts';
import { text } from './views/example.ts';

const other = (name: string) =>
  aDevice({
    id: `device-${name}` as DeviceId,
    name,
    local: false,
    version: '0.1.0',
    grants: { held: ['run'], given: [] },
  });
const start = (change: Parameters<typeof startDashboard>[0] = {}): Dashboard =>
  startDashboard({ ...change, snapshot: { devices: [aDevice(), other('nas'), other('desk')], ...change.snapshot } });
const typed = ({ model }: Dashboard): string => model.composer.editor.text;
/** The row under the text. */
const hintRow = (dashboard: Dashboard): string => {
  const rows = text(dashboard.model).split('\n');
  return rows.find((row) => /^ {3}(→|which|✗)/.test(row))?.trim() ?? rows.slice(-4).join('\n');
};
const said = (task: string, dashboard = start()): string => {
  dashboard.paste(task);
  return hintRow(dashboard);
};

describe('the hint', () => {
  it.each([
    ['?what is a CRDT', '→ cloud-knowledge · embedded · asks'],
    ['what is a CRDT?', '→ cloud-knowledge · embedded · asks'],
    ['??and then', '→ cloud-knowledge · follows up the last answer'],
    ['@nas ?what', '→ cloud-knowledge · nas · asks'],
    ['?what +12/report.txt', '→ cloud-knowledge · embedded · asks, with +12/report.txt'],
    ['/code python print(1)', '→ cloud-code · embedded · runs python'],
    ['```js\n1 + 1\n```', '→ cloud-code · embedded · runs js'],
    ['```js\n1 + 1\n``` @nas', '→ cloud-code · nas · runs js'],
    ['= 1 + 1', '→ inline'],
    ['!ls', '→ desktop-local · laptop'],
    ['#knowledge ls', '→ cloud-knowledge · embedded · asks  you wrote #knowledge'],
  ])('of %j', (task, words) => {
    expect(said(task)).toContain(words);
  });

  it.each([
    ['```js\n1 + 1', 'the block of code is not closed'],
    ['/code', '/code LANGUAGE SOURCE'],
    ['/code ', 'there is no program'],
    ['?', 'there is no question'],
    ['#nothing ls', 'no route and no connector "nothing"'],
  ])('of %j says what is missing', (task, words) => {
    const dashboard = start();
    dashboard.paste(task);
    expect(text(dashboard.model)).toContain(words);
  });

  it('asks which, where two would do it as well', () => {
    const shut = aDevice({ permissions: { ...aDevice().permissions, shell: false } });
    const dashboard = start({ snapshot: { devices: [shut, other('nas'), other('desk')] } });
    expect(said('!ls', dashboard)).toContain('which? @nas @desk');
    dashboard.press('tab');
    expect(typed(dashboard)).toBe('!ls @nas ');
    dashboard.press('tab');
    expect(typed(dashboard)).toBe('!ls @desk ');
    expect(hintRow(dashboard)).toContain('→ desktop-local · desk');
  });

  it('knows the connectors and rules that the peer has told', () => {
    const told = (): Dashboard => {
      const dashboard = start();
      const routing = {
        connectors: [EMBEDDED_SUMMARY, { ...EMBEDDED_SUMMARY, name: 'work-model', defaultFor: [] }],
        assistant: 'work-model',
        routing: [{ name: 'deploy', match: ['deploy *'], device: 'nas', run: './deploy {1}' }],
      };
      dashboard.model = { ...dashboard.model, routing };
      return dashboard;
    };
    expect(said('water the plants', told())).toContain('→ cloud-knowledge · work-model · the assistant');
    expect(said('deploy web', told())).toContain('→ desktop-local · nas');
    const dashboard = told();
    dashboard.paste('?hi #w');
    dashboard.press('tab');
    expect(typed(dashboard)).toBe('?hi #work-model ');
  });
});

describe('Tab', () => {
  const complete = (task: string, dashboard = start()): string => {
    dashboard.paste(task);
    dashboard.press('tab');
    return typed(dashboard);
  };

  it.each([
    ['/cod', '/code '],
    ['/rer', '/reroute '],
    ['what is it #cloud-k', 'what is it #cloud-knowledge '],
    ['#emb', '#embedded '],
    ['!echo #emb', '!echo #emb'],
    ['?hi @na', '?hi @nas '],
    ['/reroute 12 @na', '/reroute 12 @nas '],
  ])('makes of %j %j', (task, whole) => {
    expect(complete(task)).toBe(whole);
  });

  const withArtifacts = (): Dashboard => {
    const run = aRun(12, { status: 'completed' });
    const entries = [
      runEntry(run),
      { key: keyOf(13), kind: 'artifact' as const, artifact: anArtifact(12, { runId: run.id, name: 'report.txt' }) },
      { key: keyOf(14), kind: 'artifact' as const, artifact: anArtifact(13, { runId: run.id, name: 'my plan.txt' }) },
      {
        key: keyOf(15),
        kind: 'artifact' as const,
        artifact: anArtifact(14, { runId: run.id, name: 'gone.txt', removed: { at: 0, reason: 'age' } }),
      },
    ];
    return start({ snapshot: { entries, runs: [run] } });
  };

  it.each([
    ['?what +rep', '?what +12/report.txt '],
    ['?what +12/r', '?what +12/report.txt '],
    ['?what +my', '?what +"12/my plan.txt" '],
    ['?what +"12/m', '?what +"12/my plan.txt" '],
    ['?what +go', '?what +go'],
    ['!chmod +rep', '!chmod +rep'],
  ])('finds artifacts: of %j it makes %j', (task, whole) => {
    expect(complete(task, withArtifacts())).toBe(whole);
  });
});

describe('sending a run elsewhere', () => {
  const queued = aRun(12, { status: 'queued' });
  const begin = (run = queued): Dashboard => start({ snapshot: { entries: [runEntry(run)], runs: [run] } });
  const effects = (dashboard: Dashboard) => dashboard.take().filter(({ type }) => type === 'reroute');

  it.each([
    ['/reroute 12 @nas', { device: 'nas' }],
    ['/reroute 12 #work', { connector: 'work' }],
    ['/reroute #12 @nas #work', { device: 'nas', connector: 'work' }],
  ])('by %j', (task, to) => {
    const dashboard = begin();
    dashboard.paste(task);
    dashboard.press('enter');
    expect(effects(dashboard)).toEqual([{ type: 'reroute', run: queued.id, ...to }]);
    // Once, until it is answered.
    dashboard.paste(task);
    dashboard.press('enter');
    expect(effects(dashboard)).toEqual([]);
    dashboard.tell({ type: 'rerouted', run: aRun(13, { status: 'queued' }), of: queued.id });
    expect(text(dashboard.model)).toContain('re-routed as run 13');
  });

  it.each(['/reroute 12', '/reroute 12 nas', '/reroute 12 @nas @desk', '/reroute 99 @nas'])('not by %j', (task) => {
    const dashboard = begin();
    dashboard.paste(task);
    dashboard.press('enter');
    expect(effects(dashboard)).toEqual([]);
    expect(dashboard.model.toasts).toHaveLength(1);
  });

  it('is begun with a key, while nobody has begun the run', () => {
    const dashboard = begin();
    dashboard.press('escape', '3', 'M');
    expect(typed(dashboard)).toBe('/reroute 12 @');
    dashboard.type('de');
    dashboard.press('tab');
    expect(typed(dashboard)).toBe('/reroute 12 @desk ');
    const running = begin(aRun(12));
    running.press('escape', '3', 'M');
    expect(typed(running)).toBe('');
    expect(running.model.toasts.map(({ text: words }) => words).join()).toContain('run 12 is begun');
  });
});
