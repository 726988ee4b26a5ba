import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimSocket } from '../../../src/control/server/claim.ts';
import { temporaryFolder } from './harness.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/control-claimer.ts', import.meta.url));
const CONTENDERS = 10;
const ROUNDS = 10;

interface Answer {
  serves?: true;
  code?: string;
  message?: string;
  details?: { pid: number };
}

interface Contender {
  readonly child: ChildProcess;
  readonly pid: number;
  claim(): Promise<Answer>;
  letGo(): void;
}

async function contender(path: string): Promise<Contender> {
  const child = spawn(process.execPath, [PROGRAM, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  await lines.next();
  return {
    child,
    pid: child.pid!,
    async claim() {
      child.stdin!.write('claim\n');
      const { value } = await lines.next();
      return JSON.parse(value as string) as Answer;
    },
    letGo: () => void child.stdin!.write('let go\n'),
  };
}

/** Who answers at the path. */
async function whoServes(path: string): Promise<number> {
  const socket = createConnection(path);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await once(socket, 'close');
  return Number(text);
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('of many processes that claim at once', () => {
  it(`exactly one serves, the others say which, and a killed one is followed at once: ${ROUNDS} rounds of ${CONTENDERS}`, async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const clear = await Promise.all(Array.from({ length: CONTENDERS }, () => contender(path)));
    let contenders = clear;
    for (let round = 0; round < ROUNDS; round++) {
      // From the second round on there is the socket of a killed peer to be taken over.
      const answers = await Promise.all(contenders.map((one) => one.claim()));
      const winners = contenders.filter((_, index) => answers[index]?.serves === true);
      expect(winners).toHaveLength(1);
      const [winner] = winners;
      expect(await whoServes(path)).toBe(winner!.pid);
      for (const answer of answers.filter(({ serves }) => serves !== true)) {
        expect(answer).toMatchObject({
          code: 'locked',
          message: `a peer already runs here: process ${winner!.pid}`,
          details: { pid: winner!.pid },
        });
      }
      // The next ones get ready while this one still serves, and claim as soon as it is dead.
      if (round < ROUNDS - 1) contenders = await Promise.all(Array.from({ length: CONTENDERS }, () => contender(path)));
      await kill(winner!.child);
    }
  }, 120_000);

  it('it is one too while peers come and go in an orderly way', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    let serving: Contender | undefined;
    for (let round = 0; round < 3; round++) {
      const contenders = await Promise.all(Array.from({ length: 4 }, () => contender(path)));
      serving?.letGo();
      const before = serving;
      // Some find the old one still there; whoever serves is the one at the path.
      const answers = await Promise.all(contenders.map((one) => one.claim()));
      const winners = contenders.filter((_, index) => answers[index]?.serves === true);
      expect(winners.length).toBeLessThanOrEqual(1);
      if (before !== undefined && before.child.exitCode === null) await once(before.child, 'exit');
      serving = winners[0];
      if (serving === undefined) {
        expect(answers.every(({ details }) => details?.pid === before?.pid)).toBe(true);
        continue;
      }
      expect(await whoServes(path)).toBe(serving.pid);
    }
  }, 60_000);
});

describe('a claim', () => {
  it('is private: folder 0700, socket 0600', async () => {
    const path = join(temporaryFolder(), 'a', 'control', 'peer.sock');
    const claim = await claimSocket(path);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).isSocket()).toBe(true);
    claim.release();
    expect(existsSync(path)).toBe(false);
  });

  it('keeps who connects before anybody serves', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const claim = await claimSocket(path);
    const answer = whoServes(path);
    await once(createConnection(path), 'connect');
    claim.serve((socket) => socket.end('42'));
    expect(await answer).toBe(42);
    claim.release();
  });

  it('leaves nothing of dead peers but the newest claim', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    for (let i = 0; i < 5; i++) (await claimSocket(path)).release();
    const claim = await claimSocket(path);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith('g'))).toEqual(['g6']);
    expect(readdirSync(dirname(path))).toHaveLength(3);
    claim.release();
  });

  it('takes over from whatever else lies at the path', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    mkdirSync(dirname(path), { mode: 0o700 });
    writeFileSync(path, 'not a socket');
    (await claimSocket(path)).release();
    symlinkSync('nowhere', path);
    const claim = await claimSocket(path);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    claim.serve((socket) => socket.end('7'));
    expect(await whoServes(path)).toBe(7);
    claim.release();
  });

  it('tightens a folder that others may read, and refuses one that they may write', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o755);
    (await claimSocket(path)).release();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    chmodSync(dirname(path), 0o777);
    await expect(claimSocket(path)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('others can write'),
    });
  });

  it('refuses a link or a file in place of the folder, and a path that is too long', async () => {
    const folder = temporaryFolder();
    symlinkSync('/tmp', join(folder, 'link'));
    await expect(claimSocket(join(folder, 'link', 'peer.sock'))).rejects.toMatchObject({ code: 'refused' });
    writeFileSync(join(folder, 'file'), '');
    await expect(claimSocket(join('/tmp', 'peer.sock'))).rejects.toMatchObject({ code: 'refused' });
    await expect(claimSocket(join(folder, 'file', 'peer.sock'))).rejects.toMatchObject({ code: 'storage' });
    await expect(claimSocket(join(folder, 'x'.repeat(100), 'peer.sock'))).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('too long'),
    });
    expect(readdirSync(folder).sort()).toEqual(['file', 'link']);
  });

  it('works with the longest path that the system takes', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'y'.repeat(103 - folder.length - '//peer.sock'.length), 'peer.sock');
    expect(path).toHaveLength(103);
    const claim = await claimSocket(path);
    claim.serve((socket) => socket.end('1'));
    expect(await whoServes(path)).toBe(1);
    claim.release();
  });
});
