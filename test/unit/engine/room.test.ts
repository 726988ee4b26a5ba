// Places that many ask for at once.
import { expect, test } from 'vitest';
import { createRoom } from '../../../src/engine/room.ts';

/** What is open is what was entered and not ended; it is counted late, as a store would. */
function openRoom(most: number) {
  const open: string[] = [];
  let counts = 0;
  const room = createRoom<string>({
    most,
    async count(key) {
      counts += 1;
      const now = open.filter((each) => each === key).length;
      await new Promise((resolve) => setImmediate(resolve));
      return now;
    },
  });
  const come = async (key: string): Promise<boolean> => {
    const entered = await room.enter(key);
    if (entered === undefined) return false;
    await new Promise((resolve) => setImmediate(resolve));
    open.push(key);
    entered();
    entered();
    return true;
  };
  return { open, room, come, counts: () => counts };
}

test('many at once do not overtake it', async () => {
  const { come, open } = openRoom(20);
  const came: boolean[] = [];
  for (let wave = 0; wave < 5; wave++) came.push(...(await Promise.all(Array.from({ length: 13 }, () => come('a')))));
  expect(came.filter(Boolean)).toHaveLength(20);
  expect(open).toHaveLength(20);
});

test('each has its own, and what ends makes room', async () => {
  const { come, open } = openRoom(2);
  expect(await Promise.all(['a', 'a', 'a', 'b'].map(come))).toEqual([true, true, false, true]);
  open.splice(open.indexOf('a'), 1);
  expect(await come('a')).toBe(true);
  expect(await come('a')).toBe(false);
});

test('what did not come after all leaves its place', async () => {
  const { come, room } = openRoom(1);
  const left = await room.enter('a');
  expect(await come('a')).toBe(false);
  left?.();
  expect(await come('a')).toBe(true);
});

test('counts only when it may be full', async () => {
  const { come, counts } = openRoom(10);
  for (let time = 0; time < 10; time++) await come('a');
  expect(counts()).toBe(1);
  expect(await come('a')).toBe(false);
  expect(counts()).toBe(2);
});

test('a count that fails refuses one, and not those after it', async () => {
  let fails = true;
  const room = createRoom<string>({
    most: 1,
    count: async () => {
      if (fails) throw new Error('the disk');
      return 0;
    },
  });
  await expect(room.enter('a')).rejects.toThrow('the disk');
  fails = false;
  expect(await room.enter('a')).toBeTypeOf('function');
});
