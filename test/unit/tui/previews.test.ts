// The pages about artifacts: what their keys do. And the picture of a request, which does not make a yes any easier.

import { describe, expect, it } from 'vitest';
import type { ArtifactId } from '../../../src/core/ids.ts';
import { listedArtifacts, overlayOf, topOverlay } from '../../../src/tui/model/select.ts';
import { type Document, line } from '../../../src/tui/preview/document.ts';
import { ALONE_MS, DEAF_MS } from '../../../src/tui/update/reading.ts';
import {
  anApproval,
  anArtifact,
  approvalEntry,
  aRun,
  type Dashboard,
  keyOf,
  runEntry,
  startDashboard,
} from '../../helpers/tui-model.ts';

const lines = (...texts: string[]): Document => ({ type: 'text', blocks: texts.map((text) => line(text)) });
const many = lines(
  ...Array.from({ length: 100 }, (_, index) => (index % 40 === 5 ? `Needle ${index}` : `row ${index}`)),
);
const run = aRun(1, { status: 'completed' });
const entry = { key: keyOf(5), kind: 'artifact' as const, artifact: anArtifact(1) };

/** With the artifact selected in the thread, and opened by Enter. */
function previewing(document: Document = many, opener = false): Dashboard {
  const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run), entry] } });
  dashboard.model = { ...dashboard.model, settings: { ...dashboard.model.settings, opener } };
  dashboard.press('escape', 'enter');
  const effect = dashboard.take().find(({ type }) => type === 'preview-artifact');
  if (effect?.type !== 'preview-artifact') throw new Error('no preview was asked for');
  dashboard.tell({ type: 'preview', request: effect.request, document });
  return dashboard;
}
const page = (dashboard: Dashboard) => overlayOf(dashboard.model, 'preview');

describe('the preview', () => {
  it('scrolls no further than it goes', () => {
    const dashboard = previewing();
    dashboard.press('j', 'j', 'k');
    expect(page(dashboard)?.scroll).toBe(1);
    dashboard.press('G');
    const last = page(dashboard)?.scroll ?? 0;
    expect(last).toBeGreaterThan(50);
    dashboard.press('j', 'space');
    expect(page(dashboard)?.scroll).toBe(last);
    dashboard.press('g', 'k');
    expect(page(dashboard)?.scroll).toBe(0);
  });

  it('finds a text, round and round in both directions, whatever its case', () => {
    const dashboard = previewing();
    dashboard.press('/');
    dashboard.type('nEEdle');
    dashboard.press('enter');
    expect([topOverlay(dashboard.model)?.kind, page(dashboard)?.found]).toEqual(['preview', 5]);
    const found = (key: string) => {
      dashboard.press(key);
      return page(dashboard)?.found;
    };
    expect(['n', 'n', 'n', 'N', 'N'].map(found)).toEqual([45, 85, 5, 85, 45]);
    expect(page(dashboard)?.scroll).toBe(45);
    // Nothing typed: the same again, from what is on the screen.
    dashboard.press('g', '/', 'enter');
    expect(page(dashboard)?.found).toBe(5);
  });

  it('says that a text is not there, and goes back without one', () => {
    const dashboard = previewing();
    dashboard.press('n', '/');
    dashboard.type('zebra');
    dashboard.press('enter');
    expect(overlayOf(dashboard.model, 'find')?.notice).toBe('it is not in what is shown here');
    dashboard.press('escape', '/', 'enter');
    expect([topOverlay(dashboard.model)?.kind, page(dashboard)?.query]).toEqual(['preview', '']);
  });

  it('says where it comes from once its run is known, and why that is not known', () => {
    const dashboard = previewing();
    dashboard.press('p');
    expect(dashboard.take()).toEqual([{ type: 'load-run', run: run.id }]);
    dashboard.tell({ type: 'run-failed', run: run.id, failure: { code: 'unavailable', message: 'gone' } });
    expect(page(dashboard)?.origin).toEqual({ state: 'failed', message: 'gone' });
    const detail = { run, approvals: [], artifacts: [] };
    dashboard.tell({ type: 'run-loaded', detail });
    expect(page(dashboard)).toMatchObject({ section: 'origin', origin: { state: 'ready', detail } });
    dashboard.press('p', 'p');
    expect(page(dashboard)?.section).toBe('origin');
    expect(dashboard.take()).toEqual([]);
  });

  it('copies its link, saves, and opens where something can', () => {
    const dashboard = previewing(many, true);
    dashboard.press('y', 'o');
    expect(dashboard.take()).toEqual([
      { type: 'copy-link', artifact: entry.artifact },
      { type: 'open-artifact', artifact: entry.artifact },
    ]);
    dashboard.press('s');
    expect(overlayOf(dashboard.model, 'save')?.artifact).toEqual(entry.artifact);
    const without = previewing();
    without.press('o');
    expect(without.take()).toEqual([]);
    expect(without.model.toasts.at(-1)?.text).toContain('there is no display here');
  });

  it('says why there is none', () => {
    const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run), entry] } });
    dashboard.press('escape', 'v');
    const [effect] = dashboard.take();
    const request = effect?.type === 'preview-artifact' ? effect.request : -1;
    dashboard.tell({ type: 'preview-failed', request, failure: { code: 'unavailable', message: 'nas is offline' } });
    expect(page(dashboard)?.content).toEqual({ state: 'failed', message: 'nas is offline' });
    dashboard.tell({ type: 'preview', request, document: many });
    expect(page(dashboard)?.content.state).toBe('failed');
  });
});

describe('the list of artifacts', () => {
  const artifacts = [
    anArtifact(3, { kind: 'image', name: 'c.png' }),
    anArtifact(2, { kind: 'output', name: 'output.log' }),
    anArtifact(1),
  ];
  const listing = (): Dashboard => {
    const dashboard = startDashboard({ snapshot: { runs: [run], entries: [runEntry(run)] } });
    dashboard.type('/artifacts');
    dashboard.press('enter');
    const effect = dashboard.take().find(({ type }) => type === 'list-artifacts');
    if (effect?.type !== 'list-artifacts') throw new Error('no list was asked for');
    dashboard.tell({ type: 'artifacts', request: effect.request - 1, artifacts: [] });
    expect(overlayOf(dashboard.model, 'artifacts')?.artifacts).toBeUndefined();
    dashboard.tell({ type: 'artifacts', request: effect.request, artifacts });
    return dashboard;
  };
  const shown = (dashboard: Dashboard): string[] => {
    const dialog = overlayOf(dashboard.model, 'artifacts');
    return dialog === undefined ? [] : listedArtifacts(dialog).map(({ name }) => name);
  };

  it('is without outputs, and by kind when Tab is pressed', () => {
    const dashboard = listing();
    expect(shown(dashboard)).toEqual(['c.png', 'report.txt']);
    const kinds = ['tab', 'tab', 'tab', 'tab', 'S-tab'].map((key) => {
      dashboard.press(key);
      return [overlayOf(dashboard.model, 'artifacts')?.filter, ...shown(dashboard)];
    });
    expect(kinds).toEqual([
      ['output', 'output.log'],
      ['image', 'c.png'],
      ['document', 'report.txt'],
      ['results', 'c.png', 'report.txt'],
      ['document', 'report.txt'],
    ]);
  });

  it('previews, copies, and shows the run of what is selected', () => {
    const dashboard = listing();
    dashboard.press('j', 'j', 'y');
    expect(dashboard.take()).toEqual([{ type: 'copy-link', artifact: artifacts[2] }]);
    dashboard.press('enter');
    expect(page(dashboard)?.artifact.name).toBe('report.txt');
    dashboard.press('escape', 'g', 'r');
    expect(overlayOf(dashboard.model, 'run')?.run).toBe(artifacts[0]?.runId);
  });
});

describe('the picture of a request', () => {
  const picture = 'f000000000000009' as ArtifactId;
  const drawn: Document = {
    type: 'picture',
    picture: { width: 30, height: 20, rgba: new Uint8Array(30 * 20 * 4).fill(0xff) },
    note: 'PNG',
  };
  const plain = anApproval(1);
  const approval = { ...plain, payload: { ...plain.payload, steps: ['click'], picture } };
  const asked = aRun(1, { status: 'waiting_approval' });

  function opened(opener = false): Dashboard {
    const dashboard = startDashboard({
      snapshot: { approvals: [approval], runs: [asked], entries: [runEntry(asked), approvalEntry(approval, 2)] },
    });
    dashboard.model = { ...dashboard.model, settings: { ...dashboard.model.settings, opener } };
    dashboard.press('escape', 'a');
    expect(dashboard.take()).toContainEqual({ type: 'load-picture', artifact: picture });
    return dashboard;
  }
  const dialog = (dashboard: Dashboard) => overlayOf(dashboard.model, 'approval');
  const decisions = (dashboard: Dashboard) => {
    dashboard.wait(ALONE_MS);
    dashboard.tell({ type: 'tick' });
    return dashboard.take().filter(({ type }) => type === 'decide');
  };

  it('is a part of what has to be read: a dialog that was read waits anew', () => {
    const dashboard = opened();
    dashboard.tell({ type: 'resized', size: { width: 80, height: 24 } });
    dashboard.wait(2 * DEAF_MS);
    dashboard.tell({ type: 'tick' });
    expect(dialog(dashboard)?.seenEndAt).toBeDefined();
    dashboard.tell({ type: 'picture', artifact: picture, document: drawn });
    expect(dialog(dashboard)).toMatchObject({ seenEndAt: undefined, deafUntil: dashboard.model.clock + DEAF_MS });
    dashboard.wait(3 * DEAF_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toEqual([]);
    expect(dialog(dashboard)?.notice).toContain('read to the end first');
    dashboard.press('pagedown', 'pagedown', 'pagedown');
    dashboard.wait(3 * DEAF_MS);
    dashboard.press('y');
    expect(decisions(dashboard)).toMatchObject([{ digest: approval.digest }]);
  });

  it('takes back a key that was pressed before it came', () => {
    const dashboard = opened();
    dashboard.wait(2 * DEAF_MS);
    dashboard.press('y');
    expect(dialog(dashboard)?.phase.type).toBe('pressed');
    dashboard.tell({ type: 'picture', artifact: picture, document: drawn });
    expect(decisions(dashboard)).toEqual([]);
    expect(dialog(dashboard)?.notice).toContain('the picture has just come');
  });

  it('is nothing where it cannot be had, is of another request, or comes twice', () => {
    const dashboard = opened();
    dashboard.tell({ type: 'picture', artifact: picture });
    dashboard.tell({ type: 'picture', artifact: 'f1', document: drawn });
    expect(dialog(dashboard)?.picture).toBeUndefined();
    dashboard.tell({ type: 'picture', artifact: picture, document: drawn });
    const once = dashboard.model;
    dashboard.tell({ type: 'picture', artifact: picture, document: drawn });
    expect(dialog(dashboard)).toBe(overlayOf(once, 'approval'));
  });

  it('is opened by o, where there is something to open it with', () => {
    const dashboard = opened(true);
    dashboard.wait(2 * DEAF_MS);
    dashboard.press('o');
    expect(dashboard.take()).toEqual([{ type: 'open-picture', artifact: picture }]);
    const without = opened();
    without.wait(2 * DEAF_MS);
    without.press('o');
    expect(without.take()).toEqual([]);
    expect(topOverlay(without.model)?.kind).toBe('approval');
  });
});
