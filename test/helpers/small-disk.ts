// A small disk of its own, to be filled up or turned read-only. Only root may mount one, and not in every container.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Fills it to the last byte. */
  fill(): void;
  /** Makes room again. */
  free(): void;
  readOnly(): void;
  dispose(): void;
}

export function mountDisk(bytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'dispatch-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path);
  const filler = join(path, 'filler');
  return {
    path,
    fill() {
      // In steps: one large write that does not fit leaves what did.
      for (let size = 65_536; size >= 1; size /= 16) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    readOnly: () => mount('-o', 'remount,ro', path),
    dispose() {
      execFileSync('/bin/umount', [path], { stdio: 'pipe' });
      rmdirSync(path);
    },
  };
}

function mount(...args: string[]): void {
  execFileSync('/bin/mount', args, { stdio: 'pipe' });
}

export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    mountDisk(65_536).dispose();
    return true;
  } catch {
    return false;
  }
}
