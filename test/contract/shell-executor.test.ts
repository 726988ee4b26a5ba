import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShellAction } from '../../src/core/actions.ts';
import type { DeviceId, Sha256 } from '../../src/core/ids.ts';
import { createShellExecutor } from '../../src/routes/desktop/shell-executor.ts';
import { describeExecutor, type ExecutorUnderTest } from './executor.ts';

const SIZE = { cols: 80, rows: 24 };

for (const [name, surroundings] of [
  ['the shell on pipes', {}],
  ['the shell in a terminal', { tty: SIZE }],
] as const) {
  describeExecutor(name, async (): Promise<ExecutorUnderTest<ShellAction>> => {
    const home = mkdtempSync(join(tmpdir(), 'dispatch-contract-'));
    const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
    const action = (command: string, more: Partial<ShellAction> = {}): ShellAction => ({
      kind: 'shell',
      command,
      access: 'workspace-write',
      ...surroundings,
      ...more,
    });
    return {
      executor: createShellExecutor({ device: 'test-device' as DeviceId, home, slots: 2, sha256 }),
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
