/** The sessions that are open: one run at a time has one, and one without a run ends after a while. */

import { launch } from './launch.ts';
import { createSession, type Session } from './session.ts';
import type { SessionSettings } from './session-settings.ts';

interface Kept {
  opened: Promise<Session>;
  /** Settles when the runs before have ended. */
  turn: Promise<unknown>;
  waiting: number;
  idle?: NodeJS.Timeout;
}

export interface Sessions {
  /** One that is open now; starts none. */
  find(name: string): Promise<Session | undefined>;
  /** Waits for its turn. `onWait` is called if another run has it. The session that is given may be replaced with `again`. */
  use<T>(
    settings: SessionSettings,
    onWait: () => void,
    signal: AbortSignal,
    work: (use: SessionUse) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface SessionUse {
  /** The browser, started if it is not there. */
  session(): Promise<Session>;
  /** Ends it: the next `session` is a new one with the same profile. */
  end(): Promise<void>;
}

export function createSessions(): Sessions {
  const kept = new Map<string, Kept>();

  const find = async (name: string): Promise<Session | undefined> => {
    const session = await kept.get(name)?.opened.catch(() => undefined);
    return session === undefined || session.gone.aborted ? undefined : session;
  };

  const entry = (name: string): Kept => {
    const found = kept.get(name);
    if (found !== undefined) return found;
    const none = Promise.reject(new Error('it was not started'));
    none.catch(() => {});
    const made: Kept = { opened: none, turn: Promise.resolve(), waiting: 0 };
    kept.set(name, made);
    return made;
  };

  const end = async (name: string): Promise<void> => {
    await (await find(name))?.close();
  };

  return {
    find,
    async use(settings, onWait, signal, work) {
      const name = settings.session;
      const mine = entry(name);
      clearTimeout(mine.idle);
      if (mine.waiting > 0) onWait();
      mine.waiting += 1;
      const before = mine.turn;
      const done = Promise.withResolvers<void>();
      mine.turn = Promise.allSettled([before, done.promise]);
      try {
        await Promise.race([before, aborted(signal)]);
        return await work({
          async session() {
            const open = await find(name);
            if (open !== undefined) return open;
            mine.opened = launch(settings).then(createSession);
            return mine.opened;
          },
          end: () => end(name),
        });
      } finally {
        done.resolve();
        mine.waiting -= 1;
        if (mine.waiting === 0) mine.idle = setTimeout(() => void end(name), settings.idleMs).unref();
      }
    },
    async close() {
      await Promise.all([...kept.keys()].map(end));
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
