// What the measurements were made on, in the words that someone needs who wants to compare.
import { statfsSync } from 'node:fs';
import { arch, cpus, release, tmpdir, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly system: string;
  /** Of the folder where the homes are. */
  readonly fileSystem: string;
}

/** Magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  2435016766: 'btrfs',
  1481003842: 'xfs',
  2035054128: 'overlayfs',
  801189825: 'zfs',
};

export function describeMachine(folder = tmpdir()): Machine {
  const magic = statfsSync(folder).type;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${type()} ${release()} ${arch()}`,
    fileSystem: FILE_SYSTEMS[magic] ?? `0x${magic.toString(16)}`,
  };
}

export function machineLine({ cpu, cores, memoryGiB, node, system, fileSystem }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGiB} GiB of memory, ${fileSystem}, ${system}, Node ${node}`;
}
