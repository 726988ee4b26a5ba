// Taking away what came of a transfer, while somebody fast swaps a folder in it for a link that leads outside.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeTree } from '../../../src/routes/desktop/local-files/remove-tree.ts';
import { walk } from '../../../src/routes/desktop/local-files/walk.ts';
import { type Swapper, swapFolder } from './swapper.ts';

const ROUNDS = 12;
const FILES = 200;

let base: string;
let swapper: Swapper | undefined;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-removal-')));
});
afterEach(async () => {
  await swapper?.stop();
  swapper = undefined;
  rmSync(base, { recursive: true, force: true });
});

function fill(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let at = 0; at < FILES; at++) writeFileSync(join(folder, `${at}`), '');
}

/** It may be a link at the moment. */
function fillAgain(folder: string): void {
  mkdirSync(join(base, 'part'), { recursive: true });
  fill(join(base, 'next'));
  try {
    renameSync(join(base, 'next'), folder);
  } catch {
    rmSync(join(base, 'next'), { recursive: true });
  }
}

async function removePart(): Promise<void> {
  const { folder } = await walk(join(base, 'part'), { follow: false });
  try {
    await removeTree(folder, 'part');
  } finally {
    await folder.close();
  }
}

it('takes away all of it, links as links', async () => {
  fill(join(base, 'part', 'a', 'b'));
  fill(join(base, 'outside'));
  symlinkSync(join(base, 'outside'), join(base, 'part', 'a', 'link'));
  await removePart();
  expect(existsSync(join(base, 'part'))).toBe(false);
  expect(readdirSync(join(base, 'outside'))).toHaveLength(FILES);
  await removePart(); // and again, where there is nothing
});

it('takes away nothing outside', async () => {
  fill(join(base, 'outside'));
  fill(join(base, 'part', 'full')); // with the names that are outside, too
  swapper = await swapFolder(base, 'part/full', join(base, 'outside'));
  for (let round = 0; round < ROUNDS; round++) {
    await removePart().catch(() => {}); // what is swapped meanwhile may stay
    fillAgain(join(base, 'part', 'full'));
  }
  expect(await swapper.stop()).toBeGreaterThan(0);
  swapper = undefined;
  expect(readdirSync(join(base, 'outside'))).toHaveLength(FILES);
});
