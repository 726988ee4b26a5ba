/** The folders that runs may reach, as they are on the disk at this moment: a link that leads elsewhere now counts as where it leads. */

import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** `written`: as in config.toml. Those that are not there, or no folders, are left out. */
export function resolveFolders(written: readonly string[], home: string): readonly string[] {
  const found = written.flatMap((folder) => {
    try {
      const real = realpathSync(expandHome(folder, home));
      return statSync(real).isDirectory() ? [real] : [];
    } catch {
      return [];
    }
  });
  return [...new Set(found)];
}

/** `~` and `~/x` are in the home folder of whoever runs the peer. A last `/.`, which means something in rules, stays. */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2)) + (path.endsWith('/.') ? '/.' : '');
  return isAbsolute(path) ? path : join(home, path);
}
