// A picture made smaller so that it fits: each new pixel is the mean of those that it stands for. It never makes one larger.

import type { Picture } from './document.ts';

interface Room {
  readonly width: number;
  readonly height: number;
}

/** The size that keeps the shape. */
function sizeIn({ width, height }: Room, room: Room): Room {
  const scale = Math.min(1, room.width / width, room.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export function shrink(picture: Picture, room: Room): Picture {
  const { width, height } = sizeIn(picture, room);
  if (width === picture.width && height === picture.height)
    return { width, height, rgba: Uint8Array.from(picture.rgba) };
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const top = Math.floor((y * picture.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * picture.height) / height));
    for (let x = 0; x < width; x += 1) {
      const left = Math.floor((x * picture.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * picture.width) / width));
      rgba.set(mean(picture, left, top, right, bottom), (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}

/** Colours weigh as much as they cover: what is transparent has none. */
function mean(
  { width, rgba }: Picture,
  left: number,
  top: number,
  right: number,
  bottom: number,
): [number, number, number, number] {
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const weight = rgba[at + 3] ?? 0;
      red += (rgba[at] ?? 0) * weight;
      green += (rgba[at + 1] ?? 0) * weight;
      blue += (rgba[at + 2] ?? 0) * weight;
      alpha += weight;
    }
  }
  if (alpha === 0) return [0, 0, 0, 0];
  return [red / alpha, green / alpha, blue / alpha, alpha / ((right - left) * (bottom - top))];
}
