/** Looks which browser there is and what version it has. Starts it for no page. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Probe } from '../../../core/devices.ts';
import { cleanEnvironment } from '../environment.ts';
import { findBrowser, type Wanted } from './find-browser.ts';

const NEEDED = 'browserAutomation';
const PATIENCE_MS = 5000;

/** Never rejects: what cannot be looked at is not there. */
export async function probeBrowser(wanted: Wanted): Promise<readonly Probe[]> {
  const found = await findBrowser(wanted);
  if (!found.ok) return [{ name: 'browser', ok: false, detail: found.reason, fix: found.fix, needed: NEEDED }];
  const { program } = found;
  try {
    const options = { env: cleanEnvironment(wanted.env), timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const;
    const { stdout } = await promisify(execFile)(program, ['--version'], options);
    const version = stdout
      .split('\n')[0]
      ?.replace(/[^\x20-\x7e]/g, '')
      .trim()
      .slice(0, 80);
    return [{ name: 'browser', ok: true, detail: `${version || 'a browser'} (${program})`, needed: NEEDED }];
  } catch {
    const detail = `${program} does not tell its version`;
    return [{ name: 'browser', ok: false, detail, fix: `see what "${program} --version" says`, needed: NEEDED }];
  }
}
