// What a run leaves never spoils the run: what cannot be kept is noted in its output.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunId } from '../../../src/core/ids.ts';
import { type Collected, collectFiles } from '../../../src/engine/artifacts.ts';
import type { Workspaces } from '../../../src/engine/ports.ts';
import { createSecretFinder } from '../../../src/peer/secrets/finder.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { createBlobStore } from '../../../src/store/blobs.ts';
import { createMimeSniffer } from '../../../src/store/mime-sniffer.ts';
import { createWorkspaces } from '../../../src/store/workspaces.ts';
import { startEngine } from '../../helpers/engine.ts';

const RUN = '0123456789abcdef' as RunId;
let home: string;
let folder: string;
let workspaces: Workspaces;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'dispatch-artifacts-'));
  workspaces = createWorkspaces(join(home, 'runs'));
  folder = await workspaces.create(RUN);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** `meanwhile` happens when the files have been listed and before they are copied. */
function collect(meanwhile: () => void = () => {}, maxArtifactBytes = 1000): Promise<Collected> {
  const listing: Workspaces = {
    ...workspaces,
    async list(run) {
      const left = await workspaces.list(run);
      meanwhile();
      return left;
    },
  };
  const settings = { approvalTtlMs: 1, outputCapBytes: 1, maxArtifacts: 100, maxArtifactBytes };
  const blobs = createBlobStore(join(home, 'blobs'));
  return collectFiles(
    {
      blobs,
      ids: systemIds,
      sniffer: createMimeSniffer(),
      workspaces: listing,
      settings,
      finder: createSecretFinder(),
    },
    RUN,
  );
}

const keptNames = ({ commands }: Collected): string[] =>
  commands.map((command) => (command.type === 'add-artifact' ? command.artifact.name : command.type));

describe('a file that changes between listing and copying', () => {
  test('is not copied beyond the limit, and nothing of it is left', async () => {
    writeFileSync(join(folder, 'a'), 'x'.repeat(100));
    writeFileSync(join(folder, 'grows'), 'x');
    const collected = await collect(() => appendFileSync(join(folder, 'grows'), 'x'.repeat(900)));
    expect(keptNames(collected)).toEqual(['a']);
    expect(collected.notes).toEqual(['"grows" was not kept: it grew beyond the 900 bytes that were left for it']);
    expect(readdirSync(join(home, 'blobs', 'tmp'))).toEqual([]);
    expect(readdirSync(join(home, 'blobs')).filter((name) => name !== 'tmp')).toHaveLength(1);
  });

  test('may grow up to the limit', async () => {
    writeFileSync(join(folder, 'grows'), 'x');
    const collected = await collect(() => appendFileSync(join(folder, 'grows'), 'x'.repeat(999)));
    expect(collected).toMatchObject({ commands: [{ artifact: { name: 'grows', sizeBytes: 1000 } }], notes: [] });
  });

  test('is noted if it vanishes or another takes its place', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
    const collected = await collect(() => {
      rmSync(join(folder, 'a'));
      rmSync(join(folder, 'b'));
      symlinkSync(join(folder, 'c'), join(folder, 'b'));
    });
    expect(keptNames(collected)).toEqual(['c']);
    expect(collected.notes).toEqual([
      expect.stringMatching(/^"a" was not kept: .*it is not there/),
      expect.stringMatching(/^"b" was not kept: /),
    ]);
  });

  test('is not taken from elsewhere when its folder becomes a link', async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'x'), 'mine');
    mkdirSync(join(home, 'elsewhere'));
    writeFileSync(join(home, 'elsewhere', 'x'), 'private');
    const collected = await collect(() => {
      renameSync(join(folder, 'sub'), join(folder, 'moved'));
      symlinkSync(join(home, 'elsewhere'), join(folder, 'sub'));
    });
    expect(collected.commands).toEqual([]);
    expect(collected.notes).toEqual([expect.stringContaining('another file took the place of')]);
  });
});

test('there are not many notes, each on one line', async () => {
  for (let number = 10; number < 40; number += 1) symlinkSync('nowhere', join(folder, `l\n${number}`));
  const { notes } = await collect();
  expect(notes).toHaveLength(21);
  expect(notes[0]).toMatch(/^"l\\x0a\d\d" was not kept: it is a link, not a file$/);
  expect(notes.at(-1)).toBe('and 10 more such notes');
});

test('a listing that fails is a note', async () => {
  const { commands, notes } = await collect(() => {
    throw new Error('the disk is gone');
  });
  expect(commands).toEqual([]);
  expect(notes).toEqual(['the files that it left were not kept: the disk is gone']);
});

test.runIf(process.platform === 'linux')('a run that leaves odd things is completed, and keeps the rest', async () => {
  const engine = await startEngine();
  try {
    const run = await engine.submit(
      "cd $DISPATCH_ARTIFACTS && echo 1 > $'\\377bad' && echo 2 > good && mkfifo pipe && ln -s /etc link",
      { approve: true },
    );
    expect(await engine.done(run.id)).toMatchObject({ status: 'completed', exitCode: 0 });
    const { artifacts } = await engine.engine.api['artifacts.list']({ run: run.id, limit: 10 });
    expect(artifacts.map(({ name }) => name).sort()).toEqual(['\\xffbad', 'good', 'output.log']);
    const output = await engine.output(run.id);
    expect(output).toContain('[dispatch: "pipe" was not kept: it is a pipe, not a file]\n');
    expect(output).toContain('[dispatch: "link" was not kept: it is a link, not a file]\n');
    expect(engine.faults).toEqual([]);
  } finally {
    await engine.dispose();
  }
});
