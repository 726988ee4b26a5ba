/** Takes the stream of a transfer apart: messages, and the bytes of files between them. What does not fit is the sender's fault. */

import { DispatchError } from '../../../../core/errors.ts';
import { decode, type Message, MOST_HEADER } from './entries.ts';

export interface Sink {
  /** How many bytes of a file follow; none otherwise. */
  onMessage(message: Message): number | Promise<number>;
  onBytes(bytes: Uint8Array): void | Promise<void>;
}

export interface Parser {
  push(bytes: Uint8Array): Promise<void>;
  /** Throws if the stream stopped in the middle of something. */
  end(): void;
}

export function createParser(sink: Sink): Parser {
  let waiting: Uint8Array = new Uint8Array(0);
  let content = 0;
  return {
    async push(bytes) {
      let rest = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      while (rest.length > 0) {
        if (content > 0) {
          const piece = rest.subarray(0, content);
          content -= piece.length;
          rest = rest.subarray(piece.length);
          const taken = sink.onBytes(piece);
          if (taken !== undefined) await taken;
          continue;
        }
        if (rest.length < 4) break;
        const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
        if (length > MOST_HEADER) throw cut();
        if (rest.length < 4 + length) break;
        const message = decode(rest.subarray(4, 4 + length));
        rest = rest.subarray(4 + length);
        const following = sink.onMessage(message);
        content = typeof following === 'number' ? following : await following;
      }
      waiting = rest.length === 0 ? rest : Uint8Array.from(rest);
    },
    end() {
      if (waiting.length > 0 || content > 0) throw cut();
    },
  };
}

function cut(): DispatchError {
  return new DispatchError('invalid', 'what the other device sent does not fit together', {
    hint: 'start the transfer again',
  });
}
