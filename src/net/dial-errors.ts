/** Where a dial ended, told from what libp2p and the socket threw: a stage, a sentence, and what to do. */

import type { DialStage } from '../core/devices.ts';
import { DispatchError, type ErrorCode } from '../core/errors.ts';
import { formatMultiaddr } from './addresses.ts';

/** From what tells most of a device to what tells least: with several addresses the first of these is shown. */
const TELLING: readonly DialStage[] = [
  'identity',
  'denied',
  'version',
  'clock',
  'refused',
  'timeout',
  'lost',
  'unreachable',
  'no-address',
];

const CODES: Readonly<Record<DialStage, ErrorCode>> = {
  'no-address': 'unavailable',
  unreachable: 'unavailable',
  refused: 'unavailable',
  timeout: 'timeout',
  identity: 'unavailable', // nobody said no: the device that is meant is not there
  denied: 'refused',
  version: 'version',
  clock: 'refused',
  lost: 'unavailable',
};

const NO_WAY: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EINVAL',
  'EACCES',
  'EPERM',
]);
const NO_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']);

/** `detail`: one sentence; `hint`: what to do. */
export function dialError(stage: DialStage, detail: string, hint: string, cause?: unknown): DispatchError {
  const code = CODES[stage];
  const retryable = (code === 'unavailable' || code === 'timeout') && stage !== 'identity';
  return new DispatchError(code, detail, { hint, retryable, cause, details: { stage } });
}

export function stageOf(error: unknown): DialStage | undefined {
  const stage = error instanceof DispatchError ? error.details?.stage : undefined;
  return TELLING.find((known) => known === stage);
}

/** The error of several that says most. */
export function mostTelling(errors: readonly DispatchError[]): DispatchError | undefined {
  const rank = (error: DispatchError): number => TELLING.indexOf(stageOf(error) ?? 'no-address');
  return errors.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** What dialling an address threw, in words. `timedOut`: our own time-out ended it. */
export function explainDial(thrown: unknown, multiaddr: string, timedOut: boolean): DispatchError {
  if (thrown instanceof DispatchError) return thrown;
  const at = formatMultiaddr(multiaddr);
  if (timedOut) {
    return dialError(
      'timeout',
      `nobody answered at ${at}`,
      'see whether the device is on and the port is open',
      thrown,
    );
  }
  const { message, code, name } = describeThrown(thrown);
  // The words of libp2p-noise where the key that answered is not that of the id that was dialled.
  if (/does not match expected remote identity key|Can not dial self/.test(message)) {
    return dialError('identity', `another device answered at ${at}`, 'see which machine has that address now', thrown);
  }
  if (code === 'ECONNREFUSED') {
    return dialError('refused', `nobody listens at ${at}`, 'start "dispatch peer" there', thrown);
  }
  if (code !== undefined && NO_WAY.has(code)) {
    return dialError('unreachable', `there is no way to ${at} (${code})`, 'see whether the network is up', thrown);
  }
  if (code !== undefined && NO_NAME.has(code)) {
    return dialError('unreachable', `${at} is no name that can be found (${code})`, 'see whether it is right', thrown);
  }
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return dialError(
      'timeout',
      `nobody answered at ${at}`,
      'see whether the device is on and the port is open',
      thrown,
    );
  }
  return dialError(
    'lost',
    `the connection to ${at} broke while it was made`,
    'what answers there may be no Dispatch',
    thrown,
  );
}

/** A stream could not be opened on a connection whose handshake went well. */
export function explainOpen(thrown: unknown, multiaddr: string, timedOut: boolean): DispatchError {
  if (thrown instanceof DispatchError) return thrown;
  const at = formatMultiaddr(multiaddr);
  if (describeThrown(thrown).name === 'UnsupportedProtocolError') {
    return dialError(
      'version',
      `${at} does not speak what this device speaks`,
      'update Dispatch on the older of the two',
      thrown,
    );
  }
  if (timedOut) return dialError('timeout', `${at} does not answer`, 'see whether the device is busy', thrown);
  return dialError(
    'denied',
    `${at} lets this device not in`,
    'it does not know this device, or no longer: pair the two again',
    thrown,
  );
}

function describeThrown(thrown: unknown): { message: string; code?: string; name?: string } {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const { code } = thrown as NodeJS.ErrnoException;
  return { message: thrown.message, name: thrown.name, ...(code === undefined ? {} : { code }) };
}
