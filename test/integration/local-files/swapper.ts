// Somebody on a thread of their own, who swaps what is inside for a link to what is outside, and back, again and again. What is inside
// stays for some milliseconds, as otherwise no operation would come so far that a swap could matter.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Swapper {
  /** Resolves when the last swap is over, with how many there were. */
  stop(): Promise<number>;
}

/** `folder` of `home` gives way to a link to `target`. */
export function swapFolder(home: string, folder: string, target: string): Promise<Swapper> {
  symlinkSync(target, join(home, '.link'));
  return start(
    `move(home + '/${folder}', home + '/.away'); move(home + '/.link', home + '/${folder}');
     pause(0.5);
     move(home + '/${folder}', home + '/.link'); move(home + '/.away', home + '/${folder}');`,
    home,
  );
}

/** `file` of `home` is now one that holds `content`, now a link to `target`; there is always one of them. */
export function swapFile(home: string, file: string, content: string, target: string): Promise<Swapper> {
  return start(
    `fs.symlinkSync(${JSON.stringify(target)}, home + '/.next'); move(home + '/.next', home + '/${file}');
     pause(0.5);
     fs.writeFileSync(home + '/.next', ${JSON.stringify(content)}); move(home + '/.next', home + '/${file}');`,
    home,
  );
}

async function start(swap: string, home: string): Promise<Swapper> {
  const worker = new Worker(
    `const fs = require('node:fs');
     const { parentPort, workerData: home } = require('node:worker_threads');
     const move = (from, to) => { try { fs.renameSync(from, to); } catch {} };
     const cell = new Int32Array(new SharedArrayBuffer(4));
     const pause = (mostMs) => Atomics.wait(cell, 0, 0, Math.random() * mostMs);
     let swaps = 0;
     let over = false;
     const turn = () => {
       if (over) return parentPort.postMessage(swaps);
       ${swap}
       swaps += 1;
       pause(6);
       setImmediate(turn);
     };
     parentPort.once('message', () => { over = true; });
     parentPort.postMessage('begun');
     turn();`,
    { eval: true, workerData: home },
  );
  const told = () => new Promise<unknown>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await told();
  return {
    async stop() {
      const swaps = told();
      worker.postMessage('stop');
      const count = (await swaps) as number;
      await worker.terminate();
      return count;
    },
  };
}
