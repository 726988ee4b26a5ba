// A thread that is full of life, with one run that waits for a yes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDemoPeer } from '../demo/peer.ts';
import { openPictureStage, type PictureStage } from './stage.ts';

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

export async function pictureThread(): Promise<void> {
  const { work, dispatch, picture, pair, end } = openPictureStage();
  const box = createDemoPeer('gpu-box');
  try {
    fillWorkFolder(work);
    await pair(box);
    await fillThread(dispatch);
    const ready = "wait:'1 waiting' wait:'compiled'";
    await picture('dashboard', '120x34', `${ready} '!npm test @gpu-box' wait:'will ask'`);
    await picture('approval', '120x34', `${ready} escape a wait:'approve once'`);
    await picture('small', '60x20', `${ready} escape wait:'t type'`);
    await picture(
      'pairing',
      '120x44',
      `${ready} escape wait:'P pair' P wait:'Pair a device' enter wait:'dispatch1:' wait:'▀'`,
    );
    writeFileSync(join(work, 'report.md'), REPORT);
    await dispatch('run', '--yes', '--', 'cp report.md $DISPATCH_ARTIFACTS/');
    await picture(
      'preview',
      '100x26',
      `${ready} '/artifacts' enter wait:'What runs made' wait:'report.md' enter wait:'Prices'`,
    );
  } finally {
    await end();
    await box.end();
  }
}

export function fillWorkFolder(work: string): void {
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

export async function fillThread(dispatch: PictureStage['dispatch']): Promise<void> {
  await dispatch('say', 'the price test fails since this morning, looking into it');
  await dispatch('run', '--yes', '--', 'git log --oneline | tee $DISPATCH_ARTIFACTS/log.txt');
  await dispatch('run', '--yes', '--', 'echo "price.test.js: expected 11.99, got 11.988"; exit 1');
  await dispatch('eval', "runs().filter((run) => run.status === 'failed').length");
  await dispatch('run', '--', 'uname', '-sr');
  await dispatch(
    'run',
    '--on',
    'gpu-box',
    '--yes',
    '--',
    'for n in 1 2 3; do echo "epoch $n  loss 0.$((9 - n))"; done',
  );
  await dispatch('run', '--yes', '--', 'grep -rn "net" src');
  await dispatch('say', '価格を丸める: rounding belongs into price() 🎯');
  await dispatch(
    'run',
    '--yes',
    '--detach',
    '--',
    'for i in $(seq 1 600); do echo "compiled module $i of 600"; sleep 0.2; done',
  );
  await dispatch('run', '--on', 'gpu-box', '--detach', '--', 'rm -rf build && npm run build -- --release');
}
