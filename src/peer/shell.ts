/** Which shell runs shell tasks: the configured one, else bash, else sh. */

import { existsSync, realpathSync } from 'node:fs';

const USUAL = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/bin/sh'];

export function findShell(configured: string | undefined): string {
  const candidates = configured === undefined ? USUAL : [configured];
  const found = candidates.find((path) => existsSync(path));
  return found === undefined ? (candidates.at(-1) as string) : realpathSync(found);
}
