// The completion scripts, loaded by a shell that finds the program on its PATH.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type CliHome, LAUNCHER } from '../../helpers/cli.ts';

/** A PATH on which `dispatch` is the program under test. */
export function pathWithDispatch(home: CliHome): string {
  const bin = join(home.path, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'dispatch'), `#!/bin/sh\nexec '${process.execPath}' '${LAUNCHER}' "$@"\n`);
  chmodSync(join(bin, 'dispatch'), 0o755);
  return `${bin}:${process.env.PATH}`;
}

/** What bash offers for the last of the words. */
export function completeInBash(home: CliHome, path: string, words: readonly string[]): string[] {
  const script = [
    'set -eu; eval "$(dispatch completion bash)"',
    'spec=$(complete -p dispatch); [[ $spec =~ "-F _dispatch" ]]',
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()',
    `_dispatch; [ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'dispatch', ...words], {
    env: { ...home.env, PATH: path },
    cwd: home.work,
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}
