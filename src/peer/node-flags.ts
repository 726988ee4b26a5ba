/** How Node is to run a peer that stays: what a service file and a start in the background put before the script. */

/**
 * What a peer makes anew is small and soon gone, and what is large lies outside the heap. Left alone, V8 lets the space for new objects
 * grow until 16 MB of heap take 155 MB, within the first 2,000 runs, and gives nothing back; with 8 they take 37 MB. The smaller it is,
 * the sooner the buffers of what is sent come back into use: with 2 a gigabyte takes both ends little more than half the processor time.
 */
export const PEER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2'];
