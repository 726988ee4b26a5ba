// Memory that messages are put together in once more is never that of a message which somebody still looks at.
import { describe, expect, test } from 'vitest';
import { createMessageReader, frameMessage, messageHead } from '../../../src/net/message-reader.ts';
import { createReusedRoom, ROOM_BYTES } from '../../../src/net/message-room.ts';

const LIMIT = 2 * ROOM_BYTES;
const LENGTH = 100_000;
const letters = (message: Uint8Array | undefined): string =>
  [...new Set(Buffer.from(message ?? []).toString())].join('');

describe('a room that is used again', () => {
  test('holds the next message once the one before has been given back, and not earlier', () => {
    const room = createReusedRoom();
    const messages: Uint8Array[] = [];
    const read = createMessageReader((message) => messages.push(message), LIMIT, room);
    const say = (letter: string): void => {
      // In two pieces, as what comes whole is not put together at all.
      const frame = frameMessage([Buffer.alloc(LENGTH, letter)]);
      read(frame.subarray(0, 6));
      read(frame.subarray(6));
    };
    say('a');
    say('b');
    expect(messages.map(letters)).toEqual(['a', 'b']);
    const [first, second] = messages as [Uint8Array, Uint8Array];
    room.giveBack(first);
    say('c');
    expect(messages[2]?.buffer).toBe(first.buffer);
    expect(letters(second)).toBe('b');
    expect(letters(messages[2])).toBe('c');
    expect(messages.map(({ length }) => length)).toEqual([LENGTH, LENGTH, LENGTH]);
  });

  test('takes no memory that it did not give, and gives none twice', () => {
    const room = createReusedRoom();
    const foreign = Buffer.allocUnsafeSlow(ROOM_BYTES);
    room.giveBack(foreign);
    const taken = [room.take(LENGTH), room.take(LENGTH)].map(({ buffer }) => buffer);
    expect(taken).not.toContain(foreign.buffer);
    expect(taken[0]).not.toBe(taken[1]);
  });

  test('is no larger than what is put in where that is little, and always large enough', () => {
    const room = createReusedRoom();
    expect(room.take(10)).toHaveLength(10);
    expect(room.take(ROOM_BYTES + 1)).toHaveLength(ROOM_BYTES + 1);
  });
});

test('a message whose body goes by itself reads as one that was copied together', () => {
  const messages: string[] = [];
  const read = createMessageReader((message) => messages.push(Buffer.from(message).toString()), LIMIT);
  read(messageHead([Buffer.from('head, ')], 4));
  read(Buffer.from('body'));
  expect(messages).toEqual(['head, body']);
});
