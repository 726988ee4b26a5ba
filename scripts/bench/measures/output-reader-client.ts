// The other process of the throughput benchmark, as seen by the benchmark: asks it for one reading at a time.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { start } from '../harness/processes.ts';

export type Request =
  | {
      readonly kind: 'run';
      readonly socket: string;
      readonly command: string;
      readonly tty: boolean;
      readonly on?: string;
    }
  | { readonly kind: 'bare-pty'; readonly command: string; readonly expected: number }
  | { readonly kind: 'bare-pipe'; readonly command: string }
  | { readonly kind: 'program'; readonly program: string; readonly args: readonly string[] };

export interface Reading {
  readonly bytes: number;
  /** Bytes that were passed over: left out by the cap. */
  readonly skipped: number;
  /** From the submission, or the start of the bare command, to the last byte. */
  readonly ms: number;
}

export type Answer = { readonly reading: Reading } | { readonly error: string };

export interface Reader {
  read(request: Request): Promise<Reading>;
  close(): void;
}

export function openReader(env: NodeJS.ProcessEnv): Reader {
  const program = fileURLToPath(new URL('./output-reader.ts', import.meta.url));
  const child = start(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    async read(request) {
      const ended = new AbortController();
      const answers = once(child, 'message', { signal: ended.signal });
      const onExit = (): void => ended.abort(new Error('the reading process ended'));
      child.once('exit', onExit);
      child.send(request);
      const [answer] = (await answers) as [Answer];
      child.off('exit', onExit);
      if ('error' in answer) throw new Error(answer.error);
      return answer.reading;
    },
    close: () => child.disconnect(),
  };
}
