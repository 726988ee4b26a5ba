/** Gives an address to the browser of the desktop, or a file to the editor of the person at this terminal. */

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DispatchError } from '../core/errors.ts';

/** Gives a way to open addresses, or undefined where there is no display or no program for it. */
export function findOpener(env: NodeJS.ProcessEnv): ((address: string) => Promise<void>) | undefined {
  if (process.platform === 'darwin') return (address) => launch('open', address, env);
  if (process.platform === 'win32') return (address) => launch('explorer.exe', address, env);
  const hasDisplay = env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  return hasDisplay && isOnPath('xdg-open', env) ? (address) => launch('xdg-open', address, env) : undefined;
}

/** What `runEditor` starts, and whether its program is there. */
export function findEditor(env: NodeJS.ProcessEnv): { readonly command: string; readonly found: boolean } {
  const command = [env.VISUAL, env.EDITOR].find((text) => text !== undefined && text.trim() !== '') ?? 'vi';
  const [program = ''] = command.trim().split(/\s+/);
  return { command, found: program.includes('/') ? existsSync(program) : isOnPath(program, env) };
}

/**
 * Resolves with the exit status of the editor, which has the terminal until then. It is shell text, as everywhere: `code --wait` is one.
 * Throws `unavailable` if it cannot be started.
 */
export function runEditor(path: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { command: editor } = findEditor(env);
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, editor, path], { env, stdio: 'inherit' });
    child.once('error', (cause) => {
      reject(
        new DispatchError('unavailable', `cannot start ${editor}: ${cause.message}`, { cause, hint: NAME_EDITOR }),
      );
    });
    child.once('close', (code, signal) => {
      if (code !== null && code !== NOT_FOUND) return resolve(code);
      const why = code === null ? `it was ended by ${signal}` : 'there is no such program';
      reject(new DispatchError('unavailable', `the editor ${editor} did not work: ${why}`, { hint: NAME_EDITOR }));
    });
  });
}

/** What shells exit with for a program that is not there. */
const NOT_FOUND = 127;
const NAME_EDITOR = 'name one in $VISUAL or $EDITOR';

function launch(command: string, address: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [address], { env, detached: true, stdio: 'ignore' });
    child.once('error', (error) => {
      reject(
        new DispatchError('unavailable', `cannot start ${command}: ${error.message}`, {
          cause: error,
          hint: 'save it instead',
        }),
      );
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

function isOnPath(command: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
