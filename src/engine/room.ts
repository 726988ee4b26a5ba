/** How much of something each of several may have open at once. What is on its way in counts, so that many at once do not overtake it. */

export interface Room<Key> {
  /**
   * A place for one more, or undefined if there is none. What is given is to be called once the one that came in can be counted, or did
   * not come after all.
   */
  enter(key: Key): Promise<(() => void) | undefined>;
}

interface Held {
  /** How many can come before it has to be counted again. */
  left: number;
  /** How many have a place and may not be counted yet. */
  entering: number;
  /** Resolves when the one before has been looked at. Never rejects. */
  turn: Promise<unknown>;
}

/** `count` tells how many are open, and is asked only when `most` may have been reached since it was asked before. */
export function createRoom<Key>({
  most,
  count,
}: {
  readonly most: number;
  readonly count: (key: Key) => Promise<number>;
}): Room<Key> {
  const all = new Map<Key, Held>();

  const take = async (key: Key, held: Held): Promise<(() => void) | undefined> => {
    if (held.left <= 0) {
      // Those that come to be counted in the meantime are counted twice, and never not at all.
      const { entering } = held;
      held.left = most - entering - (await count(key));
    }
    if (held.left <= 0) return undefined;
    held.left -= 1;
    held.entering += 1;
    let isEntering = true;
    return () => {
      if (isEntering) held.entering -= 1;
      isEntering = false;
    };
  };

  return {
    enter(key) {
      const held = all.get(key) ?? { left: 0, entering: 0, turn: Promise.resolve() };
      all.set(key, held);
      const place = held.turn.then(() => take(key, held));
      held.turn = place.catch(() => {});
      return place;
    },
  };
}
