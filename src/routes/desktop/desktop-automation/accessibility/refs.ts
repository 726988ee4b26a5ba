/**
 * The names that snapshots give to elements. An element keeps its ref as long as this process lives, and no ref is given twice: what
 * somebody read in a snapshot cannot come to mean another element.
 */

import type { ScreenWindow } from '../windows.ts';
import type { ElementAddress } from './objects.ts';

export interface KnownElement {
  readonly ref: string;
  readonly address: ElementAddress;
  /** As the snapshot showed them: it must still be so when it is used. */
  readonly role: string;
  readonly name: string;
  readonly window: ScreenWindow;
}

/** The oldest are forgotten first: whoever wants one takes a new snapshot. */
const MOST_KNOWN = 10_000;

export interface Refs {
  remember(element: Omit<KnownElement, 'ref'>): string;
  find(ref: string): KnownElement | undefined;
}

export function createRefs(): Refs {
  const known = new Map<string, KnownElement>();
  const byAddress = new Map<string, string>();
  let last = 0;

  return {
    remember(element) {
      const key = keyOf(element.address);
      const old = byAddress.get(key);
      const before = old === undefined ? undefined : known.get(old);
      const isSame = before !== undefined && before.role === element.role && before.name === element.name;
      last += isSame ? 0 : 1;
      const ref = isSame ? before.ref : `e${last}`;
      known.delete(ref); // so that it is the youngest
      known.set(ref, { ...element, ref });
      byAddress.set(key, ref);
      const [oldest] = known.size > MOST_KNOWN ? known.values() : [];
      if (oldest !== undefined) {
        known.delete(oldest.ref);
        const place = keyOf(oldest.address);
        if (byAddress.get(place) === oldest.ref) byAddress.delete(place);
      }
      return ref;
    },
    find: (ref) => known.get(ref),
  };
}

function keyOf({ bus, path }: ElementAddress): string {
  return `${bus} ${path}`;
}
