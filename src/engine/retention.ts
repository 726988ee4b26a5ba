/** When old artifacts go: some minutes after the start, every day, and when a person says so. One sweep at a time. */

import type { Actor } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import type { Pruned } from '../protocol/api.ts';
import { publishArtifact } from './artifacts.ts';
import type { EngineDeps } from './context.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './journal.ts';
import { findNeededRuns } from './needed-runs.ts';
import { type SweepDeps, sweepArtifacts } from './retention-sweep.ts';

/** A peer that is started to look at something has better things to do first. */
const FIRST_MS = 5 * 60_000;
const AGAIN_MS = 24 * 3600_000;

export interface Retention {
  /** From now on the clock is watched. */
  start(): void;
  /** `dry`: only tells what would go. */
  prune(options: { readonly dry: boolean; readonly by: Actor }): Promise<Pruned>;
  /** Ends a sweep at its next page; resolves when nothing is written or deleted any more. */
  close(): Promise<void>;
}

export function createRetention(
  deps: EngineDeps & { feed: Feed; journal: Journal; self: Actor; isHeld: SweepDeps['isHeld'] },
): Retention {
  const { clock, settings, identity } = deps;
  const closing = new AbortController();
  let cancelTimer: () => void = () => {};
  let last: Promise<unknown> = Promise.resolve();

  const sweep = async ({ dry, by }: { dry: boolean; by: Actor }): Promise<Pruned> => {
    const needed = await findNeededRuns(deps);
    try {
      const { gone, fixedBytes, ...counts } = await sweepArtifacts(
        { ...deps, self: identity.device, needed },
        {
          dry,
          by,
          now: clock.now(),
          signal: closing.signal,
          ...(settings.keepArtifactsMs === undefined ? {} : { keepMs: settings.keepArtifactsMs }),
          ...(settings.artifactRoomBytes === undefined ? {} : { roomBytes: settings.artifactRoomBytes }),
        },
      );
      if (!dry && settings.artifactRoomBytes !== undefined && fixedBytes > settings.artifactRoomBytes)
        deps.onFault('making room for artifacts', noRoom(fixedBytes, settings.artifactRoomBytes));
      const artifacts = gone.map(({ artifact, reason }) => ({ ...publishArtifact(deps, artifact), reason }));
      return { ...counts, artifacts };
    } finally {
      needed.close();
    }
  };
  const prune: Retention['prune'] = (options) => {
    const swept = last.then(() => sweep(options));
    last = swept.catch(() => undefined);
    return swept;
  };
  const wait = (ms: number): void => {
    cancelTimer = clock.at(clock.now() + ms, () => {
      prune({ dry: false, by: deps.self })
        .catch((error: unknown) => {
          if (!closing.signal.aborted) deps.onFault('removing old artifacts', error);
        })
        .finally(() => {
          if (!closing.signal.aborted) wait(AGAIN_MS);
        });
    });
  };

  return {
    start: () => wait(FIRST_MS),
    prune,
    async close() {
      closing.abort();
      cancelTimer();
      await last;
    },
  };
}

function noRoom(fixedBytes: number, roomBytes: number): DispatchError {
  const text = `what cannot go yet has ${fixedBytes} bytes, and all artifacts together may have ${roomBytes}`;
  return new DispatchError('storage', text, {
    hint: 'end the runs that are not over, or raise "room" in [artifacts] of config.toml',
  });
}
