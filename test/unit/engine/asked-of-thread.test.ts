import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/core/artifacts.ts';
import type { KnowledgeAction } from '../../../src/core/cloud.ts';
import type { ArtifactId, DeviceId, RunId } from '../../../src/core/ids.ts';
import type { RunState } from '../../../src/core/runs.ts';
import { requireOwnThread } from '../../../src/engine/remote/asked-of-thread.ts';

const CALLER = 'caller' as DeviceId;
const OWN = 'own' as RunId;
const OTHERS = 'others' as RunId;
const store = {
  run: async (id: RunId) =>
    id === OWN || id === OTHERS
      ? ({ run: { id, origin: id === OWN ? CALLER : ('somebody' as DeviceId) } } as RunState)
      : undefined,
  artifact: async (id: string) =>
    id === 'its' || id === 'mine' ? ({ id, runId: id === 'its' ? OTHERS : OWN } as Artifact) : undefined,
};
const ask = (more: Partial<KnowledgeAction>): Promise<void> =>
  requireOwnThread({ store }, CALLER, { kind: 'knowledge', question: 'what?', ...more });

describe('a question of another device', () => {
  it('may draw on what that device submitted here, and on what it brings along', async () => {
    await ask({});
    await ask({ after: OWN });
    await ask({
      attach: [
        { artifact: 'mine' as ArtifactId, name: 'a' },
        { name: 'b', content: '' },
      ],
    });
  });

  it.each<[string, Partial<KnowledgeAction>]>([
    ['the thread', { thread: 10 }],
    ['a conversation of others', { after: OTHERS }],
    ['a conversation that is not there', { after: 'nothing' as RunId }],
    ['an artifact of others', { attach: [{ artifact: 'its' as ArtifactId, name: 'a' }] }],
    ['an artifact that is not there', { attach: [{ artifact: 'none' as ArtifactId, name: 'a' }] }],
    ['the assistant', { assistant: true }],
  ])('may not draw on %s', async (_what, more) => {
    await expect(ask(more)).rejects.toMatchObject({ code: 'refused' });
  });
});
