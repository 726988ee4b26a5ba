// What real shells start when they are given a text: in a sandbox, with programs on their PATH that only write down how they were called.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that are what they are called: they start others. */
const REAL = [
  'env',
  'xargs',
  'find',
  'nice',
  'nohup',
  'timeout',
  'stdbuf',
  'setsid',
  'sh',
  'bash',
  'awk',
  'sed',
  'sort',
  'python3',
  'perl',
  'git',
  'tar',
];

const STUB = `#!/bin/sh
s="\${0##*/}"
for a; do s="$s\x1f$a"; done
printf '%s\\036' "$s" >> "$LOG"
`;

/** One process for a text, and those that the text starts. */
const DRIVER = `
cd "$1" || exit 1
for text in texts/*; do
  n="\${text##*/}"
  # The substitution takes away line breaks at the end, hence the dot.
  whole="$(<"texts/$n")"
  cd "work/$n" || exit 1
  env -i PATH="$1/bin" HOME="$1/home" LOG="$1/logs/$n" $3 "$2" -c "\${whole%.}" </dev/null >/dev/null 2>&1
  cd "$1" || exit 1
done
`;

export interface Seen {
  /** Each with its words, in no certain order. */
  readonly started: readonly (readonly string[])[];
  /** Files that were not there before. */
  readonly made: readonly string[];
}

/** Runs each text with `-c` in a folder of its own, which holds a file `a`. `stubs`: names of the programs that are watched.
 * `hostile`: they may wait for ever, and are ended. */
export function runTexts(
  shell: string,
  texts: readonly string[],
  stubs: readonly string[],
  { hostile = false } = {},
): readonly Seen[] {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-shells-'));
  try {
    for (const name of ['bin', 'texts', 'logs', 'work', 'home']) mkdirSync(join(folder, name));
    for (const name of REAL) if (!stubs.includes(name)) linkProgram(name, join(folder, 'bin', name));
    for (const name of stubs) {
      writeFileSync(join(folder, 'bin', name), STUB);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    const named = texts.map((text, index) => ({ text, name: String(index).padStart(6, '0') }));
    for (const { text, name } of named) {
      writeFileSync(join(folder, 'texts', name), `${text}.`);
      mkdirSync(join(folder, 'work', name));
      writeFileSync(join(folder, 'work', name, 'a'), 'one\ntwo\n');
    }
    const driver = join(folder, 'driver.sh');
    writeFileSync(driver, DRIVER);
    const sandbox = [
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      '--tmpfs',
      '/var/tmp',
      '--bind',
      folder,
      folder,
    ];
    execFileSync(
      'bwrap',
      [
        ...sandbox,
        '--unshare-all',
        '--die-with-parent',
        'bash',
        driver,
        folder,
        shell,
        hostile ? 'timeout -s KILL 3' : '',
      ],
      {
        stdio: 'ignore',
        timeout: 240_000,
      },
    );
    return named.map(({ name }) => ({
      started: readLog(join(folder, 'logs', name)),
      made: readdirSync(join(folder, 'work', name)).filter((file) => file !== 'a'),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linkProgram(name: string, at: string): void {
  const found = ['/usr/bin', '/bin', '/usr/local/bin']
    .map((place) => join(place, name))
    .find((file) => existsSync(file));
  if (found !== undefined) symlinkSync(found, at);
}

function readLog(file: string): string[][] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\x1e')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split('\x1f'));
}
