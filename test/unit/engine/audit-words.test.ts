// What Dispatch does itself is not told as if a program did it.
import { expect, test } from 'vitest';
import type { LogEvent } from '../../../src/core/events.ts';
import { sentenceOf } from '../../../src/engine/audit-words.ts';

function started(executable: string): string {
  const plan = { cwd: '/home/me', executable, enforced: 'workspace-write', envNames: [], secrets: [], programs: [] };
  const event = { type: 'run.started', by: { kind: 'device', device: 'a' }, device: 'a' };
  return sentenceOf(
    { ...event, data: { digest: 'd'.repeat(64), plan } } as unknown as LogEvent,
    () => 'here',
    new Map(),
  );
}

test.each([
  ['/bin/sh', 'it started (plan dddddddddddd) in /home/me, by /bin/sh. It got workspace-write without a sandbox'],
  ['files', 'it started (plan dddddddddddd) from /home/me, by Dispatch itself (files). It got workspace-write'],
  ['desktop', 'it started (plan dddddddddddd) from /home/me, by Dispatch itself (desktop). It got workspace-write'],
])('started by %s', (executable, sentence) => {
  expect(started(executable)).toBe(sentence);
});
