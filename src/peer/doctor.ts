/** Checks of the machine: what a run could need, and how to get what is missing. */

import { accessSync, constants, statfsSync } from 'node:fs';
import type { Paths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import type { DoctorCheck } from '../protocol/api.ts';

const LOW_DISK_BYTES = 512 * 2 ** 20;

export function checkMachine(options: {
  paths: Paths;
  config: Config;
  shell: string;
  configExists: boolean;
}): DoctorCheck[] {
  const { paths } = options;
  return [
    { name: 'node', ok: true, detail: `Node ${process.versions.node} on ${process.platform} ${process.arch}` },
    {
      name: 'config',
      ok: true,
      detail: options.configExists
        ? `${paths.configFile} is valid`
        : `no ${paths.configFile}: everything is at its default`,
    },
    checkWritable('home', paths.home),
    checkDisk(paths.home),
    checkShell(options.shell),
    {
      name: 'sandbox',
      ok: true,
      detail:
        'none: every shell command has the full access of your user, so anything but plainly harmless commands asks',
    },
  ];
}

function checkWritable(name: string, folder: string): DoctorCheck {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { name, ok: true, detail: `${folder} can be written` };
  } catch (error) {
    return {
      name,
      ok: false,
      detail: `${folder} cannot be written: ${(error as Error).message}`,
      fix: `chmod u+rwx ${folder}`,
    };
  }
}

function checkDisk(folder: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${Math.round(free / 2 ** 20)} MiB free for ${folder}`;
  return free >= LOW_DISK_BYTES
    ? { name: 'disk', ok: true, detail }
    : { name: 'disk', ok: false, detail, fix: 'free some space: a full disk makes runs fail' };
}

function checkShell(shell: string): DoctorCheck {
  try {
    accessSync(shell, constants.X_OK);
    return { name: 'shell', ok: true, detail: `${shell} runs shell tasks` };
  } catch {
    return {
      name: 'shell',
      ok: false,
      detail: `${shell} cannot be executed`,
      fix: 'set [shell] program in config.toml to a shell that exists',
    };
  }
}
