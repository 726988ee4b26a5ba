/** One value of JSON after the other, each sent as it comes and no faster than it is taken. */

import type { ServerResponse } from 'node:http';

export interface LineStream {
  /** A promise while the other side is behind. It never rejects: whoever is gone takes everything. */
  send(value: unknown): Promise<void> | undefined;
  end(): void;
}

const FORMATS = {
  ndjson: { type: 'application/x-ndjson', frame: (json: string) => `${json}\n` },
  sse: { type: 'text/event-stream', frame: (json: string) => `data: ${json}\n\n` },
} as const;

/** Who takes nothing for so long is gone. */
const STUCK_MS = 60_000;

export function streamLines(response: ServerResponse, format: keyof typeof FORMATS): LineStream {
  const { type, frame } = FORMATS[format];
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  response.flushHeaders();
  return {
    send(value) {
      if (response.destroyed || response.write(frame(JSON.stringify(value)))) return undefined;
      return new Promise((resolve) => {
        const timer = setTimeout(() => response.destroy(), STUCK_MS);
        const go = (): void => {
          clearTimeout(timer);
          response.off('drain', go).off('close', go);
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
    },
    end: () => void response.end(),
  };
}
