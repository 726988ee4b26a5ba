// Pictures in cells, and pictures that are not what they say.

import { encode } from 'jpeg-js';
import { GifWriter } from 'omggif';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../../src/tui/preview/read-document.ts';
import { TERMINAL_COLOUR } from '../../../../src/tui/terminal/cells.ts';
import { forgedPng, png, shown, source } from './sources.ts';

/** Red above, blue below, and a hole in the last column. */
const flag = png(4, 4, (x, y) => (x === 3 ? undefined : y < 2 ? 0xff0000 : 0x0000ff));

describe('a picture', () => {
  it('is two pixels a cell, in the nearest of 256 colours', () => {
    const rows = shown(source('a.png', flag), { looks: true });
    expect(rows).toEqual([
      `   ‹${TERMINAL_COLOUR}/196› ‹${TERMINAL_COLOUR}/${TERMINAL_COLOUR}›`,
      `   ‹${TERMINAL_COLOUR}/21› ‹${TERMINAL_COLOUR}/${TERMINAL_COLOUR}›`,
    ]);
    const stripes = png(2, 3, (_x, y) => (y === 1 ? 0xffffff : 0x000000));
    expect(shown(source('a.png', stripes), { looks: true })).toEqual(['▀▀‹16/231›', '▀▀‹16/511›']);
  });

  it('is one of 16 colours, or letters as bright as it is, where there are no more', () => {
    expect(shown(source('a.png', flag), { looks: true, tier: '16' })[0]).toContain('/9›');
    const ramp = png(10, 2, (x) => Math.round((x * 255) / 9) * 0x010101);
    expect(shown(source('a.png', ramp), { tier: 'mono' })).toEqual([' .:-=+*#%@']);
    expect(shown(source('a.png', ramp), { ascii: true })).toEqual([' .:-=+*#%@']);
  });

  it('keeps its shape, fits into the screen, and is not made larger', () => {
    const size = (width: number, height: number, frame: { width: number; height: number }) => {
      const rows = shown(
        source(
          'a.png',
          png(width, height, () => 0xffffff),
        ),
        { ...frame, tier: 'mono' },
      );
      return [rows[0]?.length, rows.length];
    };
    expect(size(200, 100, { width: 60, height: 40 })).toEqual([60, 15]);
    expect(size(200, 100, { width: 80, height: 10 })).toEqual([40, 10]);
    expect(size(200, 100, { width: 120, height: 60 })).toEqual([120, 30]);
    expect(size(6, 4, { width: 80, height: 24 })).toEqual([6, 2]);
    // A long page is scrolled.
    expect(size(40, 400, { width: 80, height: 24 })).toEqual([40, 200]);
    expect(
      shown(
        source(
          'a.png',
          png(40, 400, () => 0xffffff),
        ),
        { whole: true },
      ),
    ).toHaveLength(24);
  });

  it('may be a JPEG or the first frame of a GIF', () => {
    const data = Buffer.alloc(16 * 16 * 4, 0xff);
    const jpeg = readDocument(source('a.jpg', encode({ width: 16, height: 16, data }, 90).data));
    expect(jpeg).toMatchObject({ type: 'picture', picture: { width: 16, height: 16 } });
    expect(jpeg.note).toMatch(/^JPEG, 16 × 16 pixels, /);
    const bytes = Buffer.alloc(200);
    const gif = new GifWriter(bytes, 2, 1, { palette: [0x000000, 0xffffff] });
    gif.addFrame(0, 0, 2, 1, [1, 0]);
    const document = readDocument(source('a.gif', bytes.subarray(0, gif.end())));
    expect(document).toMatchObject({
      type: 'picture',
      picture: { rgba: Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 255) },
    });
  });
});

describe('a hostile picture', () => {
  const why = (bytes: Uint8Array): string => readDocument(source('a.png', bytes)).note ?? '';

  it('is refused by the size that it says it has, before it is unpacked', () => {
    expect(why(forgedPng(60_000, 60_000))).toContain('its 60000 × 60000 pixels are more than are drawn here');
    expect(why(forgedPng(0, 5))).toContain('does not say how large it is');
    const jpeg = Buffer.from('ffd8ffc0001108ffffffff03012200021101031101ffd9', 'hex');
    expect(why(jpeg)).toContain('65535 × 65535 pixels are more');
    const gif = Buffer.from('GIF89a\xff\xff\xff\xff\x00\x00\x00', 'latin1');
    expect(why(gif)).toContain('65535 × 65535 pixels are more');
  });

  it('is refused where it unpacks to more than its pixels', () => {
    const bomb = forgedPng(8, 8, { interlaced: true, unpacks: 200 * 1024 * 1024 });
    expect(bomb.length).toBeLessThan(300_000);
    expect(why(bomb)).toContain('this PNG is damaged');
  });

  it('is shown as bytes where it is cut or wrong', () => {
    expect(why(png(4, 4, () => 0).subarray(0, 40))).toContain('this PNG is damaged');
    expect(why(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toContain('does not say');
    const outside = Buffer.from(
      'GIF89a\x02\x00\x02\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x09\x00\x09\x00\x02\x00\x02\x00\x00\x02\x02D\x01\x00;',
      'latin1',
    );
    expect(why(outside)).toContain('this GIF is damaged');
    expect(readDocument(source('a.png', flag, { sizeBytes: 40_000_000 })).note).toContain(
      'pictures of more than 34 MB are not drawn here',
    );
  });
});
