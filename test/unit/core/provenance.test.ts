// Where an artifact comes from: each fact that a person can follow further, in an order that says what it is first.

import { describe, expect, it } from 'vitest';
import { type ProvenanceWords, provenanceOf } from '../../../src/core/provenance.ts';
import { anApproval, anArtifact, aRun } from '../../helpers/tui-model.ts';

const words: ProvenanceWords = {
  time: (at) => `t${at}`,
  size: (bytes) => `${bytes} B`,
  device: (id) => `«${id}»`,
  isHere: (id) => id === 'device-laptop',
  actor: ({ kind }) => kind,
  status: ({ status }) => status,
};
const run = aRun(3, { command: 'make', status: 'completed' });
const factsOf = (...args: Parameters<typeof provenanceOf>): Map<string, string> => new Map(provenanceOf(...args));

describe('provenance', () => {
  it('says what it is, what made it, who asked, and where its bytes are', () => {
    const artifact = anArtifact(3, { createdAt: 5 });
    expect(provenanceOf(artifact, run, [], words)).toEqual([
      ['artifact', `report.txt  ${artifact.id}`],
      ['kind', 'document, text/plain'],
      ['size', '120 B'],
      ['sha256', artifact.sha256],
      ['made', 't5 on «device-laptop»'],
      ['by run', '3  make  (completed)'],
      ['route', 'desktop-local'],
      ['asked by', 'human'],
      ['bytes', 'on this device'],
      ['get it', 'dispatch get 3/report.txt'],
    ]);
  });

  it('says who allowed it, each of them, else which rule did', () => {
    const pending = anApproval(3);
    const by = { kind: 'human', device: pending.device } as const;
    const approved = { ...pending, status: 'approved', decidedAt: 7, decidedBy: by, decision: 'approve' } as const;
    const rejected = { ...approved, status: 'rejected', decision: 'reject' } as const;
    const facts = provenanceOf(anArtifact(3), run, [pending, rejected, approved, { ...approved, decidedAt: 9 }], words);
    expect(facts.filter(([label]) => label === 'allowed').map(([, value]) => value)).toEqual([
      't7 by human',
      't9 by human',
    ]);
    const ruled = { ...run, rule: 'builtin-reads' };
    expect(factsOf(anArtifact(3), ruled, [], words).get('allowed')).toBe('by the rule builtin-reads');
    expect(factsOf(anArtifact(3), ruled, [approved], words).get('allowed')).toBe('t7 by human');
  });

  it('says when its bytes lie elsewhere, and when they are gone', () => {
    const far = anArtifact(3, { device: 'nas' as never });
    expect(factsOf(far, run, [], words).get('bytes')).toBe('on «nas», and here once they were fetched');
    const gone = factsOf(anArtifact(3, { removed: { at: 8, reason: 'room' } }), run, [], words);
    expect(gone.get('gone')).toBe('t8: its device had no room for more');
    expect([gone.has('bytes'), gone.has('get it')]).toEqual([false, false]);
  });
});
