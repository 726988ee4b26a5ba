/** How Node is to run a peer that stays: what a service file and a start in the background put before the script. */

/**
 * New objects of a peer are few and soon gone, and what is large lies outside the heap. Left alone, V8 lets the space for new objects
 * grow to a third of 100 MB in the first thousand runs and never gives it back; 8 MB hold the process at half of its memory.
 */
export const PEER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];
