// A disk that fills up, and one that may not be written: real ones, of two megabytes, where the tests may mount.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE, id, say } from '../../contract/thread-store-events.ts';

const DISK_BYTES = 2 * 1024 * 1024;

function mount(folder: string, options: string): void {
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
}

function unmount(folder: string): void {
  execFileSync('/bin/umount', [folder], { stdio: 'pipe' });
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-mount-'));
  try {
    mount(folder, 'size=64k');
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

describe.skipIf(!canMount())('on a small disk (only root may mount one)', () => {
  let disk: string;
  let location: string;

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'dispatch-disk-'));
    mount(disk, `size=${DISK_BYTES}`);
    location = join(disk, 'thread');
  });

  afterEach(() => {
    unmount(disk);
    rmSync(disk, { recursive: true });
  });

  const open = () => openThreadStore({ location, device: DEVICE, now: Date.now });
  const message = (n: number) => say(id(n), `message ${n} ${'x'.repeat(2000)}`);

  test.each([true, false])('a full disk loses nothing that was acknowledged (sync: %s)', async (sync) => {
    await mkdir(location);
    const filler = join(disk, 'filler');
    await writeFile(filler, Buffer.alloc(1_400_000));
    let store = await open();
    try {
      let acknowledged = 0;
      let failure: unknown;
      while (failure === undefined && acknowledged < 2000) {
        await store.append([message(acknowledged)], { sync }).then(
          () => {
            acknowledged += 1;
          },
          (error: unknown) => {
            failure = error;
          },
        );
      }
      expect(acknowledged).toBeGreaterThan(100);
      expect(failure).toMatchObject({
        code: 'storage',
        message: `writing to the database at ${location} failed: the disk is full`,
        retryable: true,
      });
      // It still answers, and still says why it does not write.
      expect((await store.entries({ limit: 2000 })).items).toHaveLength(acknowledged);
      await expect(store.append([message(5000)], { sync })).rejects.toMatchObject({ code: 'storage', retryable: true });
      expect((await store.entries({ limit: 2000 })).items).toHaveLength(acknowledged);
      // With room again it goes on by itself.
      await rm(filler);
      const [change] = await store.append([message(6000)], { sync });
      expect(change?.event.seq).toBeGreaterThan(acknowledged);
      expect(await store.verify()).toEqual([]);
      await store.close();
      store = await open();
      const texts = (await store.entries({ limit: 2000 })).items.map((entry) =>
        entry.kind === 'message' ? entry.message.id : '',
      );
      expect(texts.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, n) => id(n)));
      expect(texts.at(-1)).toBe(id(6000));
      expect(await store.verify()).toEqual([]);
    } finally {
      await store.close();
    }
  });

  test('a disk that is full from the start is a "storage" error', async () => {
    await writeFile(join(disk, 'filler'), Buffer.alloc(DISK_BYTES)).catch(() => undefined);
    await expect(open()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('the disk is full'),
    });
  });

  test('a rebuild that has no room is not half a thread: it is finished before anything else', async () => {
    const store = await open();
    try {
      for (let n = 0; n < 100; n += 1) await store.append([message(n)], { sync: false });
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(DISK_BYTES)).catch(() => undefined);
      await expect(store.rebuild()).rejects.toMatchObject({ code: 'storage' });
      await expect(store.entries({ limit: 200 })).rejects.toMatchObject({ code: 'storage' });
      await rm(filler);
      await store.append([message(100)], { sync: true });
      expect((await store.entries({ limit: 200 })).items).toHaveLength(101);
      expect(await store.verify()).toEqual([]);
    } finally {
      await store.close();
    }
  });

  test('a read-only disk is a "storage" error that says so', async () => {
    execFileSync('/bin/mount', ['-o', 'remount,ro', disk]);
    await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('read-only') });
  });
});
