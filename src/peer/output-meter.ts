/** Counts the bytes that runs print, as they are written. The outputs pass through it unchanged. */

import type { OutputStore, OutputWriter } from '../engine/ports.ts';

export interface OutputMeter {
  readonly outputs: OutputStore;
  /** Since the peer started. */
  bytes(): number;
}

export function meterOutput(outputs: OutputStore): OutputMeter {
  let bytes = 0;
  const counting = (writer: OutputWriter): OutputWriter => ({
    write(piece) {
      bytes += piece.length;
      writer.write(piece);
    },
    get pressure() {
      return writer.pressure;
    },
    get size() {
      return writer.size;
    },
    onDrain: (listener) => writer.onDrain(listener),
    seal: () => writer.seal(),
  });
  return {
    outputs: {
      create: async (run, capBytes) => counting(await outputs.create(run, capBytes)),
      follow: (run, options, signal) => outputs.follow(run, options, signal),
      recover: (run) => outputs.recover(run),
      remove: (run) => outputs.remove(run),
    },
    bytes: () => bytes,
  };
}
