/** What a proposal to pair looks like on a screen, on either side of it. */

import type { Grant } from '../core/grants.ts';
import type { PairProposal } from '../protocol/pairing-api.ts';
import { safe } from './print.ts';
import { clockText, grantWords } from './print-device.ts';

/** `allowed`: what it will be allowed here, on the side that opened the session; without it, what it offers to this device. */
export function proposalLines(proposal: PairProposal, allowed?: readonly Grant[]): string[] {
  const { askedWord, asksMutual, clockAheadMs, device, offered, words } = proposal;
  const clock = clockText(clockAheadMs);
  return [
    `  device  ${safe(device.name)} (${safe(device.platform)}, ${safe(device.id)})`,
    askedWord === undefined
      ? `  words   ${words.map(safe).join(' ')}   (both screens show the same)`
      : `  words   ${words.map((word, index) => `${index + 1} ${safe(word)}`).join('  ')}   (the other screen asks for one of them)`,
    allowed === undefined
      ? `  offers  this device may do there: ${grantWords(offered)}`
      : `  gets    it may do here: ${grantWords(allowed)}`,
    ...(asksMutual ? ['  asks    for something in return'] : []),
    ...(clock === undefined ? [] : [`  ⚠ ${clock}`]),
  ];
}
