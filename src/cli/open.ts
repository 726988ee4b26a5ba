/** Opens a file with whatever program the desktop has for it. */

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DispatchError } from '../core/errors.ts';

/** Gives a way to open files, or undefined where there is no display or no program for it. */
export function findOpener(env: NodeJS.ProcessEnv): ((path: string) => Promise<void>) | undefined {
  if (process.platform === 'darwin') return (path) => launch('open', [path], env);
  if (process.platform === 'win32') return (path) => launch('explorer.exe', [path], env);
  const hasDisplay = env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  return hasDisplay && isOnPath('xdg-open', env) ? (path) => launch('xdg-open', [path], env) : undefined;
}

function launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, detached: true, stdio: 'ignore' });
    child.once('error', (error) => {
      reject(
        new DispatchError('unavailable', `cannot open ${args[0]}: ${error.message}`, {
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
