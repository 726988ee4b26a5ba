/** Puts together what a program prints within a moment: many print a line in several pieces, and each would be a message of its own. */

import type { JobSink, OutputStream } from './code/job.ts';

const WAIT_MS = 10;
const BYTES = 32 * 1024;

export interface JoinedOutput {
  readonly output: JobSink['output'];
  /** Sends what still waits. */
  flush(): Promise<void> | undefined;
}

export function joinOutput(send: JobSink['output']): JoinedOutput {
  let parts: Uint8Array[] = [];
  let length = 0;
  let of: OutputStream = 'stdout';
  let timer: NodeJS.Timeout | undefined;
  let behind: Promise<void> | undefined;

  const flush = (): Promise<void> | undefined => {
    clearTimeout(timer);
    timer = undefined;
    if (length === 0) return behind;
    const bytes = Buffer.concat(parts);
    parts = [];
    length = 0;
    const sent = send(of, bytes);
    if (sent !== undefined) {
      const mine = sent.finally(() => {
        if (behind === mine) behind = undefined;
      });
      behind = mine;
    }
    return behind;
  };

  return {
    flush,
    output(stream, bytes) {
      if (stream !== of) void flush();
      of = stream;
      parts.push(bytes);
      length += bytes.length;
      if (length >= BYTES) return flush();
      timer ??= setTimeout(() => void flush(), WAIT_MS);
      return behind;
    },
  };
}
