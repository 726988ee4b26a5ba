// The two ends of a transfer on real folders, and the wire between them in the hands of the test: whole, cut, or in other pieces.
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransferEnd, TransferPosition } from '../../../src/core/files.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { ExecutionContext, ExecutionControl, Outcome } from '../../../src/engine/executor-ports.ts';
import { lookAtReach } from '../../../src/routes/desktop/local-files/reach.ts';
import { encode } from '../../../src/routes/desktop/local-files/transfer/entries.ts';
import { receive, send } from '../../../src/routes/desktop/local-files/transfer/transfers.ts';
import { QUIET } from '../../helpers/quiet-context.ts';

const FAR = '12D3KooWTheOtherEnd' as DeviceId;
const ABSOLUTE = (path: string): string => path;

export type Wire = (bytes: AsyncIterable<Uint8Array>, attempt: number) => AsyncIterable<Uint8Array>;

const whole: Wire = (bytes) => bytes;

export type Said = object | Uint8Array | (() => void);

export interface TransferEnds {
  /** What is sent lies here. */
  readonly source: string;
  /** What is received comes here. */
  readonly target: string;
  /** Beside both: neither end may reach it. */
  readonly outside: string;
  /** From `what` in the source to `as` in the target, which is the same name if absent. */
  transfer(
    what: string,
    options?: { wire?: Wire; as?: string; signal?: AbortSignal },
  ): Promise<{ sent: Outcome; received: Outcome }>;
  /** Receives from a sender that says just this: messages are encoded, bytes are content, and functions are called in between. */
  receiveFrom(...streams: readonly (readonly Said[])[]): Promise<Outcome>;
  modeOf(name: string): number;
  /** All names in the target. */
  left(): string[];
  dispose(): void;
}

export function createTransferEnds(target?: string): TransferEnds {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-transfer-')));
  const [source, ours, outside, artifacts] = ['source', 'target', 'outside', 'artifacts'].map((name) => {
    mkdirSync(join(base, name));
    return join(base, name);
  }) as [string, string, string, string];
  const to = target ?? ours;
  const reach = lookAtReach({ home: base, folders: () => [source, to], own: [], hide: [] });
  const context = (run: string, more: Partial<ExecutionContext>): ExecutionContext => ({
    ...QUIET,
    run: run as RunId,
    artifactsDir: artifacts,
    signal: new AbortController().signal,
    output: { write: () => {}, pressure: false, onDrain: () => {} },
    attach: () => {},
    ...more,
  });
  const receiveWith = (what: string, more: Partial<ExecutionContext>): Promise<Outcome> => {
    const from = { device: FAR, run: 'sends' as RunId, name: what };
    return receive(
      { op: 'receive', path: join(to, what), from },
      { absolute: ABSOLUTE, reach, context: context('receives', more), place: join(to, what) },
      2 ** 20,
    );
  };

  return {
    source,
    target: to,
    outside,
    async transfer(what, { wire = whole, as = what, signal = new AbortController().signal } = {}) {
      const attached = Promise.withResolvers<NonNullable<ExecutionControl['give']>>();
      const attach = ({ give }: ExecutionControl): void => {
        if (give !== undefined) attached.resolve(give);
      };
      const sending = send(
        { op: 'send', path: join(source, what), to: FAR },
        { absolute: ABSOLUTE, reach, context: context('sends', { attach, signal }), place: join(source, what) },
      );
      const { read, end } = await attached.promise;
      let attempts = 0;
      const pull = (_: unknown, position: TransferPosition, wanted: AbortSignal): AsyncIterable<Uint8Array> =>
        wire(read(position, wanted), attempts++);
      const tellEnd = async (_: unknown, how: TransferEnd): Promise<void> => end(how);
      const received = await receiveWith(as, { pull, tellEnd, signal });
      return { received, sent: await sending };
    },
    receiveFrom(...streams) {
      let attempts = 0;
      async function* pull(): AsyncGenerator<Uint8Array> {
        for (const part of streams[attempts++] ?? []) {
          if (typeof part === 'function') part();
          else yield part instanceof Uint8Array ? part : encode(part as Parameters<typeof encode>[0]);
        }
      }
      return receiveWith('it', { pull, tellEnd: async () => {} });
    },
    modeOf: (name) => statSync(join(to, name)).mode & 0o7777,
    left: () => readdirSync(to, { recursive: true, encoding: 'utf8' }).sort(),
    dispose: () => rmSync(base, { recursive: true, force: true }),
  };
}
