// The part of omggif that is used; it brings no types of its own.

declare module 'omggif' {
  export class GifReader {
    constructor(bytes: Uint8Array);
    readonly width: number;
    readonly height: number;
    frameInfo(frame: number): {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };
    decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void;
  }

  export class GifWriter {
    constructor(bytes: Uint8Array, width: number, height: number, options: { readonly palette: readonly number[] });
    addFrame(x: number, y: number, width: number, height: number, pixels: readonly number[]): number;
    end(): number;
  }
}
