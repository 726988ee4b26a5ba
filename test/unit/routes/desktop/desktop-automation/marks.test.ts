import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { drawMarks, type Mark } from '../../../../../src/routes/desktop/picture/marks.ts';

function plain(width: number, height: number, shade: number): Buffer {
  const png = new PNG({ width, height });
  png.data.fill(shade);
  for (let at = 3; at < png.data.length; at += 4) png.data[at] = 255;
  return PNG.sync.write(png);
}

/** How many pixels are not as they were. */
function changed(before: Buffer, after: Buffer): number {
  const one = PNG.sync.read(before);
  const other = PNG.sync.read(after);
  expect([other.width, other.height]).toEqual([one.width, one.height]);
  let count = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    if (!one.data.subarray(at, at + 3).equals(other.data.subarray(at, at + 3))) count += 1;
  }
  return count;
}

describe('marks', () => {
  test.each([0, 128, 255])('are seen on shade %d', (shade) => {
    const before = plain(200, 150, shade);
    expect(changed(before, drawMarks(before, [{ kind: 'place', step: 12, at: [100, 75] }]))).toBeGreaterThan(250);
  });

  test('leave free what is touched', () => {
    const after = PNG.sync.read(drawMarks(plain(200, 150, 40), [{ kind: 'place', step: 1, at: [100, 75] }]));
    for (let x = 92; x <= 108; x += 1) expect(after.data[(75 * 200 + x) * 4]).toBe(40);
  });

  test.each<Mark>([
    { kind: 'place', step: 200, at: [0, 0] },
    { kind: 'place', step: 200, at: [199, 149] },
    { kind: 'drag', step: 3, from: [-50, 20], to: [500, 400] },
    { kind: 'window', step: 4, bounds: { x: -30, y: -30, width: 5000, height: 5000 } },
    { kind: 'window', step: 4, bounds: { x: 300, y: 300, width: 10, height: 10 } },
    { kind: 'window', step: 4, bounds: { x: 10, y: 10, width: 1, height: 1 } },
  ])('stay inside the picture: %j', (mark) => {
    const before = plain(200, 150, 90);
    expect(changed(before, drawMarks(before, [mark]))).toBeGreaterThan(0);
  });

  test('of the same place have their numbers side by side', () => {
    const before = plain(200, 150, 90);
    const one = drawMarks(before, [{ kind: 'place', step: 1, at: [100, 75] }]);
    const both = drawMarks(before, [
      { kind: 'place', step: 1, at: [100, 75] },
      { kind: 'place', step: 2, at: [100, 75] },
    ]);
    expect(changed(one, both)).toBeGreaterThan(200);
  });
});
