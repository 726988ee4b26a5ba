// Files of another device from the dashboard, as a person works with them: listed, completed, edited with a difference to approve, and
// put back with one key.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
const PRESENT_MS = 40_000;

/** `editor`: what a shell does with the file `$1`. */
async function begin(editor: string): Promise<{ laptop: Dashboard; box: PeerHome }> {
  const [home, box] = (await peers.peers('laptop', 'box')) as [PeerHome, PeerHome];
  await pairHomes(box, home, { allow: ['run', 'approve'] });
  mkdirSync(projectOf(home), { recursive: true });
  const script = join(home.work, 'editor');
  writeFileSync(script, `#!/bin/sh\n${editor}\n`);
  chmodSync(script, 0o755);
  const laptop = await stage.open(home, { env: { EDITOR: script, VISUAL: undefined } });
  await laptop.waitFor(/● box +(<1|\d+) ms/, PRESENT_MS);
  return { laptop, box };
}

test('lists a folder, edits a file in it with a difference to approve, and undoes that with a key', async () => {
  const { laptop, box } = await begin(`sed -i 's/port = 80/port = 8080/' "$1"`);
  const file = join(box.work, 'app.toml');
  writeFileSync(file, 'port = 80\nname = "x"\n');
  laptop.submit('list ~ on @box');
  await laptop.waitFor(/✓ +1 list ~/, PRESENT_MS);
  await laptop.waitFor(/21 B .*app\.toml/);

  // The path goes on with what is there.
  laptop.type('edit @box:~/a');
  laptop.press('tab');
  await laptop.waitFor('edit @box:~/app.toml');
  await laptop.waitFor('opens your editor');
  laptop.press('enter');
  await laptop.readApproval();
  expect(laptop.screen()).toContain('1 line comes, 1 line goes');
  expect(laptop.screen()).toContain('-port = 80');
  expect(laptop.screen()).toContain('+port = 8080');
  expect(readFileSync(file, 'utf8')).toBe('port = 80\nname = "x"\n');
  await laptop.pressAlone('y');
  await laptop.waitFor(/✓ +3 write ~\/app\.toml/, PRESENT_MS);
  expect(readFileSync(file, 'utf8')).toBe('port = 8080\nname = "x"\n');

  await laptop.go(3);
  await laptop.pressAlone('u');
  await laptop.readApproval();
  expect(laptop.screen()).toContain('+port = 80');
  await laptop.pressAlone('y');
  await laptop.waitFor(/✓ +4 undo run/, PRESENT_MS);
  expect(readFileSync(file, 'utf8')).toBe('port = 80\nname = "x"\n');
}, 120_000);

test('submits nothing where nothing was changed, and changes nothing where it was changed meanwhile', async () => {
  const { laptop, box } = await begin(`grep -q theirs "$1" || sed -i 's/mine/yours/' "$1"`);
  const file = join(box.work, 'a.txt');
  writeFileSync(file, 'theirs\n');
  laptop.submit('/edit @box:~/a.txt');
  await laptop.waitFor('nothing was changed, so nothing is submitted', PRESENT_MS);
  writeFileSync(join(box.work, 'picture'), new Uint8Array([0xff, 0xd8, 0, 1]));
  laptop.submit('/edit @box:~/picture');
  await laptop.waitFor('is no text', PRESENT_MS);

  writeFileSync(file, 'mine\n');
  laptop.submit('edit ~/a.txt on @box');
  await laptop.readApproval();
  writeFileSync(file, 'somebody was faster\n');
  await laptop.pressAlone('y');
  await laptop.waitFor('is not what it was', PRESENT_MS);
  expect(readFileSync(file, 'utf8')).toBe('somebody was faster\n');
}, 120_000);
