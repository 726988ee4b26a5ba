// Slash commands that ask the peer for something: `/summary`, `/export`, `/retry`.
import { describe, expect, it } from 'vitest';
import type { ConnectorSummary } from '../../../src/core/connectors.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { aDevice, aRun, startDashboard } from '../../helpers/tui-model.ts';

const MODEL: ConnectorSummary = {
  name: 'gpt',
  description: 'a model',
  routes: ['cloud-knowledge'],
  origin: 'https://api.example.org',
  tools: true,
  defaultFor: ['cloud-knowledge'],
};

function sent(text: string, connectors: readonly ConnectorSummary[]) {
  const dashboard = startDashboard({ snapshot: { routing: { connectors } } });
  dashboard.type(text);
  dashboard.press('enter');
  return dashboard.take().filter(({ type }) => type === 'act' || type === 'export-thread');
}

describe('/summary', () => {
  it('asks the connector that questions go to, with the newest of the thread', () => {
    const embedded = { ...EMBEDDED_SUMMARY, defaultFor: ['cloud-code' as const] };
    expect(sent('/summary', [MODEL, embedded])).toEqual([
      {
        type: 'act',
        task: '/summary',
        device: aDevice().id,
        action: { kind: 'knowledge', question: expect.stringContaining('Sum up'), thread: 200 },
      },
    ]);
  });

  it('counts in the sandbox where no model is connected', () => {
    expect(sent('/summary', [EMBEDDED_SUMMARY])).toEqual([
      {
        type: 'act',
        task: '/summary',
        device: aDevice().id,
        action: { kind: 'inline', language: 'expression', source: 'summary()' },
      },
    ]);
  });
});

describe('/export', () => {
  it('writes the thread to the file that is named', () => {
    expect(sent('/export ~/thread.md', [])).toEqual([{ type: 'export-thread', path: '~/thread.md' }]);
  });

  it('wants one', () => {
    expect(sent('/export', [])).toEqual([]);
  });
});

describe('/retry', () => {
  const over = aRun(12, { status: 'completed' });

  function retried(text: string) {
    const dashboard = startDashboard({ snapshot: { runs: [over] } });
    dashboard.type(text);
    dashboard.press('enter');
    return {
      effects: dashboard.take().filter(({ type }) => type === 'retry'),
      said: dashboard.model.toasts.at(-1)?.text,
    };
  }

  it('asks the same connector again, or another one that is named', () => {
    expect(retried('/retry 12').effects).toEqual([{ type: 'retry', run: over.id }]);
    expect(retried('/retry 12 #gpt').effects).toEqual([{ type: 'retry', run: over.id, connector: 'gpt' }]);
  });

  it('says how it is written', () => {
    expect(retried('/retry 12 gpt')).toEqual({ effects: [], said: expect.stringContaining('/retry 12 #CONNECTOR') });
  });
});
