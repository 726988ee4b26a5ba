/** Turns what the system said when a process could not be started into a sentence for a person. */

import { StartFailure } from './session.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'or what it needs to run is not there; reinstall it or configure another shell',
  EACCES: 'may not be executed; check its permissions',
  ENOEXEC: 'is not a program for this machine; configure another shell',
  EMFILE:
    'could not start: Dispatch has too many files open; wait for other runs to end, or raise "ulimit -n" and restart it',
  ENFILE: 'could not start: this machine has too many files open; end something and retry',
  EAGAIN: 'could not start: this machine allows no more processes; end something, or raise "ulimit -u", and retry',
  ENOMEM: 'could not start: this machine is out of memory; end something and retry',
  E2BIG: 'could not start: the command and its environment are too long for this machine; put the command into a file',
  EPERM: 'may not be started here; check what this account is allowed',
};

export function startFailure(executable: string, cause: unknown): StartFailure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = SENTENCES[code];
  if (known !== undefined) return new StartFailure(`${executable} ${known}`, { cause });
  const said = cause instanceof Error ? cause.message : String(cause);
  return new StartFailure(`${executable} could not start: ${said}`, { cause });
}
