// `/summary` and `/export`: what is asked of whom, and where the thread is written to.
import { describe, expect, it } from 'vitest';
import type { ConnectorSummary } from '../../../src/core/connectors.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { aDevice, startDashboard } from '../../helpers/tui-model.ts';

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
