/** Whether two devices could talk once they are paired: they tell each other before anybody is asked anything. */

import { PEER_VERSIONS } from '../../protocol/peer-api.ts';

/** What is wrong with the other side, seen from here; undefined if nothing is. */
export function versionGap(other: { oldest: number; newest: number }): 'too-old' | 'too-new' | undefined {
  if (other.newest < PEER_VERSIONS.oldest) return 'too-old';
  return other.oldest > PEER_VERSIONS.newest ? 'too-new' : undefined;
}
