// Finds which system packages are missing, and installs them where that is ours to do: as root on Debian. Elsewhere
// it changes nothing and says what is missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { SystemPackage } from '../system-packages.ts';

/** Those of `wanted` that are not on this machine. */
export function missingPackages(wanted: readonly SystemPackage[], path = process.env.PATH ?? ''): SystemPackage[] {
  return wanted.filter((item) => !(item.file === undefined ? onPath(item.tool, path) : existsSync(item.file)));
}

/** Installs what is missing if it may, and returns what is missing still. */
export function ensurePackages(wanted: readonly SystemPackage[]): SystemPackage[] {
  const missing = missingPackages(wanted);
  if (missing.length === 0 || !mayInstall()) return missing;
  const names = [...new Set(missing.map((item) => item.package))];
  console.log(`Installing system packages: ${names.join(' ')}`);
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...names);
  return missingPackages(wanted);
}

/** The loud list of what is missing and what is left out for it. */
export function describeMissing(missing: readonly SystemPackage[]): string {
  const rows = missing.map((item) => `  ${item.tool.padEnd(10)} ${item.why}`);
  const names = [...new Set(missing.map((item) => item.package))].join(' ');
  const frame = '!'.repeat(100);
  return [
    frame,
    'MISSING ON THIS MACHINE. Tests that need these are SKIPPED:',
    ...rows,
    `On Debian or Ubuntu: apt-get install ${names}`,
    frame,
  ].join('\n');
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get', process.env.PATH ?? '');
}

// A failure is not the end: what is then still missing is listed, and its tests are skipped.
function apt(...args: string[]): void {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function onPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => folder !== '' && isExecutable(join(folder, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
