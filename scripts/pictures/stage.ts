// The device that pictures are taken on: a home of its own, commands typed there, and the real dashboard in a real terminal.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoPeer } from '../demo/peer.ts';
import { PROJECT } from '../lib/run.ts';

export interface PictureStage {
  /** Where its tasks run. */
  readonly work: string;
  /** Gives what was printed; of a command that fails too, as a run that fails can be part of the picture. */
  dispatch(...args: string[]): Promise<string>;
  /** `keys`: as scripts/lib/key-script.ts describes them. A name that ends with `.cast` is recorded. */
  picture(name: string, size: string, keys: string, env?: NodeJS.ProcessEnv): Promise<void>;
  /** The device lets this one run, answer and watch. */
  pair(device: DemoPeer): Promise<void>;
  end(): Promise<void>;
}

export function openPictureStage(): PictureStage {
  const home = mkdtempSync(join(tmpdir(), 'dispatch-pictures-'));
  const work = join(home, 'shop');
  const launcher = join(PROJECT, 'bin', 'dispatch.js');
  const env = {
    ...process.env,
    HOME: home,
    DISPATCH_HOME: join(home, 'dispatch'),
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    DISPLAY: '',
  };
  for (const folder of [work, env.DISPATCH_HOME]) mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(env.DISPATCH_HOME, 'config.toml'),
    '[device]\nname = "laptop"\n[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n',
  );
  const type = (args: readonly string[], input = ''): Promise<string> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [launcher, ...args], { cwd: work, env }, (_failed, out) => resolve(out));
      child.stdin?.end(input);
    });
  return {
    work,
    dispatch: (...args) => type(args),
    async picture(name, size, keys, more = {}) {
      const out = join(PROJECT, 'docs', 'images', name.includes('.') ? name : `${name}.png`);
      // What was typed for the picture before was not sent, and would come back.
      rmSync(join(env.DISPATCH_HOME, 'state', 'drafts'), { recursive: true, force: true });
      const args = [
        join(PROJECT, 'scripts', 'picture.ts'),
        '--out',
        out,
        '--size',
        size,
        '--cwd',
        work,
        '--keys',
        keys,
      ];
      const taking = spawn(process.execPath, [...args, '--', process.execPath, launcher], {
        env: { ...env, ...more },
        stdio: 'inherit',
      });
      const [code] = (await once(taking, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`there is no picture "${name}": see above`);
    },
    async pair(device) {
      await device.start();
      const offer = device.type(['pair', '--allow', 'run,approve,observe', '--json']);
      const [line = ''] = (await offer.printed('\n')).split('\n');
      const { ticket } = JSON.parse(line) as { ticket: string };
      await type(['pair', '-', '--yes'], `${ticket}\n`);
      await offer.done;
    },
    async end() {
      await type(['peer', 'stop']);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
