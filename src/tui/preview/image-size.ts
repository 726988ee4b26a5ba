// How many pixels a picture says it has, from its header alone: asked before anything is unpacked. Undefined if it does not say.

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

export function pixelSize(kind: 'png' | 'jpeg' | 'gif', bytes: Uint8Array): PixelSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kind) {
    case 'png':
      // The signature, then the chunk IHDR: length, name, width, height.
      return bytes.length < 24 ? undefined : { width: view.getUint32(16), height: view.getUint32(20) };
    case 'gif':
      return bytes.length < 10 ? undefined : { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    case 'jpeg':
      return jpegSize(view);
  }
}

/** The largest of its frame headers: SOF0 to SOF15, without the tables that lie between them. */
function jpegSize(view: DataView): PixelSize | undefined {
  let largest: PixelSize | undefined;
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) {
      // The data of a scan: the next marker follows it.
      at += 1;
      continue;
    }
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0 || (marker >= 0xd0 && marker <= 0xd9) || marker === 1) {
      at += 2;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      if (largest === undefined || size.width * size.height > largest.width * largest.height) largest = size;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return largest;
}
