import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShellAction } from '../../src/core/actions.ts';
import type { DeviceId, Sha256 } from '../../src/core/ids.ts';
import { openSandbox } from '../../src/routes/desktop/sandbox/open-sandbox.ts';
import type { Sandbox } from '../../src/routes/desktop/sandbox/sandbox.ts';
import { createShellExecutor } from '../../src/routes/desktop/shell-executor.ts';
import { needs } from '../helpers/needs.ts';
import { describeExecutor, type ExecutorUnderTest } from './executor.ts';

const SIZE = { cols: 80, rows: 24 };

const WAYS = [
  ['the shell on pipes', {}],
  ['the shell in a terminal', { tty: SIZE }],
] as const;
for (const [name, surroundings] of WAYS) {
  describeShell(name, surroundings, async () => undefined);
  needs('bwrap')('confined', () =>
    describeShell(`${name} in the sandbox`, surroundings, (home) => openSandbox({ home, own: [] })),
  );
}

function describeShell(
  name: string,
  surroundings: Partial<ShellAction>,
  openFor: (home: string) => Promise<Sandbox | undefined>,
): void {
  describeExecutor(name, async (): Promise<ExecutorUnderTest<ShellAction>> => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-contract-')));
    const sandbox = await openFor(home);
    const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
    const action = (command: string, more: Partial<ShellAction> = {}): ShellAction => ({
      kind: 'shell',
      command,
      access: 'workspace-write',
      ...surroundings,
      ...more,
    });
    return {
      executor: createShellExecutor({
        device: 'test-device' as DeviceId,
        home,
        slots: 2,
        sha256,
        folders: () => [home],
        ...(sandbox === undefined ? {} : { sandbox }),
      }),
      samples: {
        succeeds: { action: action('echo hello; touch made'), output: 'hello' },
        fails: { action: action('exit 7'), exitCode: 7 },
        endless: { action: action('echo ready; while :; do sleep 1; done'), ready: 'ready' },
        invalid: action('touch made', { cwd: join(home, 'nowhere') }),
      },
      effects: async () => readdirSync(home),
      close: async () => rmSync(home, { recursive: true, force: true }),
    };
  });
}
