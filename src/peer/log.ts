/** The peer's own log: one line an event, with the time first, on standard error, where journald or the log file takes it. */

import { maskSecrets } from '../core/secrets.ts';

export interface PeerLog {
  info(message: string): void;
  error(message: string, cause?: unknown): void;
}

export function createPeerLog(write: (line: string) => void): PeerLog {
  const line = (level: string, message: string): void =>
    write(`${new Date().toISOString()} ${level} ${maskSecrets(message).replaceAll('\n', '\\n')}\n`);
  return {
    info: (message) => line('info', message),
    error: (message, cause) => line('error', cause === undefined ? message : `${message}: ${describe(cause)}`),
  };
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
