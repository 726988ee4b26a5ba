/** Work that concerns the same thing, one after the other; that of different things does not wait. */

export interface Turns<Key> {
  take<T>(key: Key, work: () => Promise<T>): Promise<T>;
}

export function createTurns<Key>(): Turns<Key> {
  const last = new Map<Key, Promise<unknown>>();
  return {
    take(key, work) {
      const done = (last.get(key) ?? Promise.resolve()).then(work);
      const settled = done
        .catch(() => undefined)
        .finally(() => {
          if (last.get(key) === settled) last.delete(key);
        });
      last.set(key, settled);
      return done;
    },
  };
}
