/**
 * Draws into a picture of the screen what the steps of a run would touch: a numbered ring for each place, a line for each drag, an outline
 * for the window that the keyboard goes to. Light beside dark, so that a mark is seen on any background.
 */

import { PNG } from 'pngjs';
import type { Point } from '../../../core/desktop.ts';
import type { Bounds } from '../desktop-automation/windows.ts';
import { DIGIT_HEIGHT, DIGIT_WIDTH, dotsOf } from './digits.ts';

export type Mark =
  | { readonly kind: 'place'; readonly step: number; readonly at: Point }
  | { readonly kind: 'drag'; readonly step: number; readonly from: Point; readonly to: Point }
  | { readonly kind: 'window'; readonly step: number; readonly bounds: Bounds };

type Colour = readonly [red: number, green: number, blue: number];
const DARK: Colour = [0, 0, 0];
const LIGHT: Colour = [255, 255, 255];
const SIGNAL: Colour = [255, 0, 128];

const RADIUS = 14;
const DOT = 2;
const LABEL_PADDING = 3;
const LABEL_HEIGHT = DIGIT_HEIGHT * DOT + 2 * LABEL_PADDING;

/** Gives the picture with the marks. Throws if the bytes are no PNG. */
export function drawMarks(png: Buffer, marks: readonly Mark[]): Buffer {
  const picture = PNG.sync.read(png);
  const labels: Bounds[] = [];
  for (const mark of marks.filter(({ kind }) => kind === 'window')) draw(picture, mark, labels);
  for (const mark of marks.filter(({ kind }) => kind !== 'window')) draw(picture, mark, labels);
  return PNG.sync.write(picture, { deflateLevel: 6 });
}

function draw(picture: PNG, mark: Mark, labels: Bounds[]): void {
  switch (mark.kind) {
    case 'place':
      ring(picture, mark.at);
      label(picture, mark.step, [mark.at[0] + RADIUS + 4, mark.at[1] - LABEL_HEIGHT], labels);
      return;
    case 'drag':
      line(picture, mark.from, mark.to);
      ring(picture, mark.from);
      ring(picture, mark.to);
      label(picture, mark.step, [mark.from[0] + RADIUS + 4, mark.from[1] - LABEL_HEIGHT], labels);
      label(picture, mark.step, [mark.to[0] + RADIUS + 4, mark.to[1] - LABEL_HEIGHT], labels);
      return;
    case 'window':
      outline(picture, mark.bounds);
      label(picture, mark.step, [mark.bounds.x + 8, mark.bounds.y + 8], labels);
      return;
  }
}

function dot({ data, width, height }: PNG, x: number, y: number, [red, green, blue]: Colour): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  data.set([red, green, blue, 255], (y * width + x) * 4);
}

function fill(picture: PNG, { x, y, width, height }: Bounds, colour: Colour): void {
  for (let row = y; row < y + height; row += 1)
    for (let column = x; column < x + width; column += 1) dot(picture, column, row, colour);
}

/** Its middle stays free: that is what is touched. */
function ring(picture: PNG, [x, y]: Point): void {
  for (let row = -RADIUS - 2; row <= RADIUS + 2; row += 1) {
    for (let column = -RADIUS - 2; column <= RADIUS + 2; column += 1) {
      const away = Math.abs(Math.hypot(column, row) - RADIUS);
      const isOuter = Math.hypot(column, row) > RADIUS;
      if (away <= 2.5) dot(picture, x + column, y + row, away <= 1.2 ? SIGNAL : isOuter ? DARK : LIGHT);
    }
  }
}

function line(picture: PNG, [x0, y0]: Point, [x1, y1]: Point): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let at = 0; at <= steps; at += 1) {
    const x = Math.round(x0 + ((x1 - x0) * at) / steps);
    const y = Math.round(y0 + ((y1 - y0) * at) / steps);
    fill(picture, { x: x - 1, y: y - 1, width: 3, height: 3 }, Math.floor(at / 6) % 2 === 0 ? SIGNAL : LIGHT);
  }
}

/** As much of it as is on the screen. */
function outline(picture: PNG, bounds: Bounds): void {
  const x = Math.max(bounds.x, 0);
  const y = Math.max(bounds.y, 0);
  const width = Math.min(bounds.x + bounds.width, picture.width) - x;
  const height = Math.min(bounds.y + bounds.height, picture.height) - y;
  const colours = [DARK, SIGNAL, SIGNAL, LIGHT];
  for (const [inset, colour] of colours.entries()) {
    const inner = { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset };
    if (inner.width <= 0 || inner.height <= 0) return;
    fill(picture, { ...inner, height: 1 }, colour);
    fill(picture, { ...inner, y: inner.y + inner.height - 1, height: 1 }, colour);
    fill(picture, { ...inner, width: 1 }, colour);
    fill(picture, { ...inner, x: inner.x + inner.width - 1, width: 1 }, colour);
  }
}

/** The number of the step, near the place, inside the picture and on top of no other number. */
function label(picture: PNG, step: number, [x, y]: Point, labels: Bounds[]): void {
  const digits = Array.from(String(step));
  const width = digits.length * (DIGIT_WIDTH + 1) * DOT - DOT + 2 * LABEL_PADDING;
  const left = Math.max(0, Math.min(x, picture.width - width));
  let top = Math.max(0, Math.min(y, picture.height - LABEL_HEIGHT));
  const isTaken = (): boolean =>
    labels.some(
      (one) =>
        left < one.x + one.width && one.x < left + width && top < one.y + one.height && one.y < top + LABEL_HEIGHT,
    );
  while (isTaken() && top + 2 * LABEL_HEIGHT <= picture.height) top += LABEL_HEIGHT;
  const box = { x: left, y: top, width, height: LABEL_HEIGHT };
  labels.push(box);
  fill(picture, box, LIGHT);
  fill(picture, { x: left + 1, y: top + 1, width: width - 2, height: LABEL_HEIGHT - 2 }, DARK);
  for (const [at, digit] of digits.entries()) {
    for (const [column, row] of dotsOf(digit)) {
      const place = {
        x: left + LABEL_PADDING + (at * (DIGIT_WIDTH + 1) + column) * DOT,
        y: top + LABEL_PADDING + row * DOT,
      };
      fill(picture, { ...place, width: DOT, height: DOT }, LIGHT);
    }
  }
}
