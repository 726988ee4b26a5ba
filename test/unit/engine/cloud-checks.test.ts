import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/core/actions.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import { requireAnswerable } from '../../../src/engine/cloud-checks.ts';
import { aConnector, aDevice } from '../../fixtures/routing/contexts.ts';

const HERE = aDevice('here', { local: true });
const NAS = aDevice('nas');
const sources = {
  connectors: [
    aConnector('model', { defaultFor: ['cloud-knowledge'] }),
    aConnector('locked', { trouble: 'LOCKED_KEY is not set' }),
    aConnector('sandbox', { routes: ['cloud-code'], languages: ['python'] }),
  ],
};
const codeOf = (action: Action, device = HERE): string => {
  try {
    requireAnswerable(action, device, sources);
    return 'ok';
  } catch (error) {
    return error instanceof DispatchError ? error.code : String(error);
  }
};
const ask = (connector?: string): Action => ({
  kind: 'knowledge',
  question: 'why?',
  ...(connector === undefined ? {} : { connector }),
});
const code = (language: string, connector?: string): Action => ({
  kind: 'code',
  language,
  source: '1',
  ...(connector === undefined ? {} : { connector }),
});

describe('before a run is written', () => {
  it.each<[string, Action]>([
    ['ok', ask()],
    ['ok', ask('model')],
    ['not-found', ask('nosuch')],
    ['usage', ask('sandbox')],
    // Its key may be there by the time it runs.
    ['ok', ask('locked')],
    ['ok', code('Python')],
    ['refused', code('cobol')],
    ['refused', code('cobol', 'sandbox')],
    ['not-found', code('python', 'nosuch')],
    ['ok', { kind: 'shell', command: 'ls', access: 'read-only' }],
  ])('%s: %j', (expected, action) => {
    expect(codeOf(action)).toBe(expected);
  });

  it('leaves the connectors of another device to that one', () => {
    expect(codeOf(ask('nosuch'), NAS)).toBe('ok');
    expect(codeOf(code('cobol', 'theirs'), NAS)).toBe('ok');
  });

  it('keeps the assistant here', () => {
    expect(codeOf({ kind: 'knowledge', question: 'tidy up', assistant: true })).toBe('ok');
    expect(codeOf({ kind: 'knowledge', question: 'tidy up', assistant: true }, NAS)).toBe('usage');
  });
});
