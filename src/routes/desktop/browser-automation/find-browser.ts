/** Which browser there is: the one that the owner named, or the first of Chrome, Chromium and Edge that is installed. */

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** What chrome-launcher does not look for. */
const OTHERS = ['chromium', 'chromium-browser', 'microsoft-edge', 'microsoft-edge-stable', 'msedge'];
const PLACES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
};

export type FoundBrowser =
  | { readonly ok: true; readonly program: string }
  /** A phrase, and what to do. */
  | { readonly ok: false; readonly reason: string; readonly fix: string };

export interface Wanted {
  /** An absolute path, as the owner configured it. */
  readonly program?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** Looks on the disk. */
export async function findBrowser({ program, env, platform = process.platform }: Wanted): Promise<FoundBrowser> {
  if (program !== undefined) {
    if (isProgram(program)) return { ok: true, program };
    const reason = `${program}, which [browser] program names, is no program`;
    return { ok: false, reason, fix: 'correct [browser] program, or leave it out' };
  }
  const found =
    [...onPath(env.PATH ?? ''), ...(PLACES[platform] ?? [])].find(isProgram) ?? (await installed()).find(isProgram);
  return found === undefined
    ? {
        ok: false,
        reason: 'no Chrome, Chromium or Edge was found',
        fix: 'install one (on Debian or Ubuntu: apt-get install chromium), or name it as [browser] program',
      }
    : { ok: true, program: found };
}

/** What is started may be found by a link. */
export function realProgram(program: string): string {
  try {
    return realpathSync(program);
  } catch {
    return program;
  }
}

function onPath(path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return ['google-chrome', 'google-chrome-stable', ...OTHERS].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
}

async function installed(): Promise<readonly string[]> {
  try {
    const { Launcher } = await import('chrome-launcher');
    return Launcher.getInstallations();
  } catch {
    return []; // it throws where there is none
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
