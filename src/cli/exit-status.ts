/** The exit code that a run gives to the command that waited for it. */

import { constants } from 'node:os';
import type { Device } from '../core/devices.ts';
import type { Run } from '../core/runs.ts';

/** What `timeout(1)`, shells and the reference of the command line agree on. */
export function exitStatusOf(run: Run): number {
  switch (run.status) {
    case 'completed':
      return run.exitCode;
    case 'cancelled':
      return run.reason === 'user' ? 130 : 126;
    case 'failed':
      if (run.reason === 'exit') return failureCode(run.exitCode);
      if (run.reason === 'signal') return 128 + (constants.signals[run.signal as NodeJS.Signals] ?? 0);
      if (run.reason === 'timeout') return 124;
      if (run.reason === 'refused') return 126;
      return 1;
    case 'queued':
    case 'running':
    case 'waiting_approval':
      return 0;
  }
}

/** A system passes on 8 bits of it: what would come out as 0 is told as 1, and so is what is no exit code. */
function failureCode(code: number | undefined): number {
  return code !== undefined && Number.isInteger(code) && code % 256 !== 0 ? code : 1;
}

/** Kinds that print nothing of what went wrong: a command does that itself. */
const SILENT: ReadonlySet<Run['action']['kind']> = new Set(['files', 'browser', 'desktop']);

/** What to say on standard error about a run that did not complete; nothing where its own exit status says it. */
export function complaintOf(run: Run, devices: readonly Device[] = []): string | undefined {
  if (run.status === 'cancelled') {
    const denier =
      run.reason === 'revoked' ? devices.find((device) => device.id === run.device && denies(device)) : undefined;
    if (denier !== undefined) return `${denier.name} revoked this device: run ${run.number} was ended there`;
    const why = {
      user: 'it was cancelled',
      rejected: 'it was rejected',
      expired: run.acceptedAt === undefined ? 'no device took it on in time' : 'nobody answered in time',
      revoked: 'its permission was revoked',
    }[run.reason];
    const again =
      run.reason === 'revoked'
        ? 'it is refused until it is allowed again'
        : run.masked
          ? 'submit it again, with its secrets'
          : `do it again with "dispatch retry ${run.number}"`;
    return `run ${run.number} did not run to its end: ${why}${run.note === undefined ? '' : ` (${run.note})`}: ${again}`;
  }
  if (run.status === 'failed' && run.reason === 'exit' && SILENT.has(run.action.kind))
    return `run ${run.number} failed: ${run.message}`;
  if (run.status === 'failed' && run.reason !== 'exit')
    return `run ${run.number} failed (${run.reason}): ${run.message}`;
  return undefined;
}

function denies({ presence }: Device): boolean {
  return presence.state === 'offline' && presence.stage === 'denied';
}
