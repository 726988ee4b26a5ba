// The thread store on a real LevelDB.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openThreadStore } from '../../src/store/log/thread-store.ts';
import { describeThreadStore } from './thread-store.ts';
import { DEVICE } from './thread-store-events.ts';

describeThreadStore('a thread store on LevelDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-thread-'));
  return {
    open: (now) => openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
