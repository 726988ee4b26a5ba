// A sandbox that does not really work is none, and says why: nothing is ever run as if it were confined.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox } from '../../../src/routes/desktop/sandbox/open-sandbox.ts';
import { needs } from '../../helpers/needs.ts';
import { makeFolder, openShell } from '../shell/harness.ts';

function withProgram(script: string): Promise<Awaited<ReturnType<typeof openSandbox>>> {
  const path = makeFolder();
  writeFileSync(join(path, 'bwrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return openSandbox({ home: path, own: [], path, platform: 'linux' });
}

test.each([
  ['may not make namespaces', 'echo "bwrap: No permissions to create new namespace" >&2; exit 1', 'user namespaces'],
  ['is too old', 'echo "bwrap: Unknown option --size" >&2; exit 1', 'newer'],
  [
    'may not mount /proc',
    'echo "bwrap: Can\'t mount proc on /newroot/proc: Operation not permitted" >&2; exit 1',
    'installed and does not work',
  ],
  [
    'runs the command without confining it',
    'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    'did not say how its command ended',
  ],
  ['does nothing at all', 'exit 0', 'did not say how its command ended'],
])('where bubblewrap %s', async (_name, script, said) => {
  const sandbox = await withProgram(`[ "$1" = --version ] && echo "bubblewrap 0.1" && exit; ${script}`);
  expect(sandbox.report()).toEqual({ kind: 'none', detail: expect.stringContaining(said) });
  const shell = openShell({ sandbox, folders: () => [shell.home] });
  for (const level of ['read-only', 'workspace-write', 'full-access'] as const)
    expect(shell.executor.enforces(level)).toBe('full-access');
});

test('where the system has none', async () => {
  const sandbox = await openSandbox({ home: '/', own: [], platform: 'win32' });
  expect(sandbox.report()).toEqual({ kind: 'none', detail: expect.stringContaining('win32') });
});

needs('bwrap')('where it works', () => {
  test('it has a name and a version, and keeps both levels', async () => {
    const sandbox = await openSandbox({ home: makeFolder(), own: [] });
    expect(sandbox.report()).toEqual({ kind: 'bubblewrap', version: expect.stringMatching(/^\d/) });
    const { executor } = openShell({ sandbox });
    for (const level of ['read-only', 'workspace-write', 'full-access'] as const)
      expect(executor.enforces(level)).toBe(level);
  });
});
