/** What each paired device may do here: read from the pairings whenever it is asked for, and told only where it has changed. */

import type { Grants, PairingStore } from '../engine/peer-ports.ts';

export function grantsOf(pairings: PairingStore): Grants {
  return {
    of: (device) => pairings.get(device)?.given ?? [],
    onChange(listener) {
      let before = given(pairings);
      // A pairing is written for a new address or a last sight, too.
      return pairings.onChange(() => {
        const now = given(pairings);
        if (now === before) return;
        before = now;
        listener();
      });
    },
  };
}

/** All of them as one text to compare. */
function given(pairings: PairingStore): string {
  return pairings
    .all()
    .map((pairing) => `${pairing.device} ${pairing.given.join('+')}`)
    .sort()
    .join('\n');
}
