// Makes the pictures of the documentation from the real dashboard: a home of its own, a real peer, real runs.
//
// Usage: npm run pictures
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoPeer, type DemoPeer } from './demo/peer.ts';
import { PROJECT } from './lib/run.ts';

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

const dispatch = (...args: string[]): void => {
  try {
    execFileSync(process.execPath, [launcher, ...args], { cwd: work, env, stdio: 'ignore' });
  } catch {
    // A run that fails is part of the picture.
  }
};
const picture = (name: string, size: string, keys: string): void => {
  const out = join(PROJECT, 'docs', 'images', `${name}.png`);
  const args = [join(PROJECT, 'scripts', 'picture.ts'), '--out', out, '--size', size, '--cwd', work, '--keys', keys];
  execFileSync(process.execPath, [...args, '--', process.execPath, launcher], { env, stdio: 'inherit' });
};
const REPORT = `# Prices

The price test fails **since this morning**: \`price()\` rounds too late. See [the log](https://example.org/log).

| product | expected | got |
| --- | ---: | ---: |
| tea 🍵 | 11.99 | 11.988 |
| 林檎 | 3.60 | 3.600 |

1. Round in \`price()\`, once
2. Test it:
   - cents
   - no cents

\`\`\`js
export const price = (net) => Math.round(net * 120) / 100;
\`\`\`

> Rounding belongs where the price is made.
`;

function fillWorkFolder(): void {
  mkdirSync(join(work, 'src'), { recursive: true });
  writeFileSync(join(work, 'src', 'price.js'), 'export const price = (net) => net * 1.2;\n');
  writeFileSync(join(work, 'notes.md'), '# Notes\n\n- round prices\n');
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: work,
      stdio: 'ignore',
    });
  git('init', '-q');
  for (const message of ['Begin the shop', 'Add taxes', 'Round to cents']) {
    writeFileSync(join(work, 'notes.txt'), message);
    git('add', '-A');
    git('commit', '-qm', message);
  }
}

/** A second device, which lets this one run, answer and watch. */
async function pairBox(box: DemoPeer): Promise<void> {
  await box.start();
  const offer = box.type(['pair', '--allow', 'run,approve,observe', '--json']);
  const [line = ''] = (await offer.printed('\n')).split('\n');
  const { ticket } = JSON.parse(line) as { ticket: string };
  execFileSync(process.execPath, [launcher, 'pair', '-', '--yes'], { cwd: work, env, input: `${ticket}\n` });
  await offer.done;
}

function fillThread(): void {
  dispatch('say', 'the price test fails since this morning, looking into it');
  dispatch('run', '--yes', '--', 'git log --oneline | tee $DISPATCH_ARTIFACTS/log.txt');
  dispatch('run', '--yes', '--', 'echo "price.test.js: expected 11.99, got 11.988"; exit 1');
  dispatch('eval', "runs().filter((run) => run.status === 'failed').length");
  dispatch('run', '--', 'uname', '-sr');
  dispatch('run', '--on', 'gpu-box', '--yes', '--', 'for n in 1 2 3; do echo "epoch $n  loss 0.$((9 - n))"; done');
  dispatch('run', '--yes', '--', 'grep -rn "net" src');
  dispatch('say', '価格を丸める: rounding belongs into price() 🎯');
  dispatch(
    'run',
    '--yes',
    '--detach',
    '--',
    'for i in $(seq 1 600); do echo "compiled module $i of 600"; sleep 0.2; done',
  );
  dispatch('run', '--on', 'gpu-box', '--detach', '--', 'rm -rf build && npm run build -- --release');
}

const box = createDemoPeer('gpu-box');
try {
  fillWorkFolder();
  mkdirSync(env.DISPATCH_HOME, { recursive: true });
  writeFileSync(
    join(env.DISPATCH_HOME, 'config.toml'),
    '[device]\nname = "laptop"\n[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n',
  );
  await pairBox(box);
  fillThread();
  const ready = "wait:'1 waiting' wait:'compiled'";
  picture('dashboard', '120x34', `${ready} '!npm test @gpu-box' wait:'will ask'`);
  picture('approval', '120x34', `${ready} escape a wait:'approve once'`);
  picture('small', '60x20', `${ready} escape wait:'t type'`);
  picture('pairing', '120x44', `${ready} escape wait:'P pair' P wait:'Pair a device' enter wait:'dispatch1:' wait:'▀'`);
  writeFileSync(join(work, 'report.md'), REPORT);
  dispatch('run', '--yes', '--', 'cp report.md $DISPATCH_ARTIFACTS/');
  picture(
    'preview',
    '100x26',
    `${ready} '/artifacts' enter wait:'What runs made' wait:'report.md' enter wait:'Prices'`,
  );
} finally {
  dispatch('peer', 'stop');
  await box.end();
  rmSync(home, { recursive: true, force: true });
}
