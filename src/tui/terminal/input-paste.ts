// Gathers a bracketed paste up to its end marker, however it is cut, and hands it out as one clean text.
// A paste of any size is bounded in memory: beyond a few megabytes it comes in several pieces.

// ESC [ 200 ~
const START = Uint8Array.from([0x1b, 0x5b, 0x32, 0x30, 0x30, 0x7e]);
// ESC [ 201 ~
const END = Uint8Array.from([0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e]);
const MAX_PIECE_BYTES = 8 * 1024 * 1024;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export interface PasteCollector {
  readonly active: boolean;
  start(raw: Uint8Array): void;
  /** Takes bytes from `at` on; answers where it stopped: behind the end marker, or before what may be its beginning. */
  take(bytes: Uint8Array, at: number): number;
  /** The paste ends here, marker or not. */
  end(rest: Uint8Array): void;
  reset(): void;
}

export function createPasteCollector(
  emit: (text: string, raw: Uint8Array) => void,
  maxPieceBytes = MAX_PIECE_BYTES,
): PasteCollector {
  let active = false;
  let chunks: Uint8Array[] = [];
  let size = 0;
  let head: Uint8Array = new Uint8Array(0);

  function keep(bytes: Uint8Array) {
    if (bytes.length > 0) chunks.push(bytes.slice());
    size += bytes.length;
    while (size > maxPieceBytes) emitPiece();
  }

  function emitPiece() {
    const all = Buffer.concat(chunks);
    const cut = codePointBoundary(all, maxPieceBytes);
    const rest = all.subarray(cut);
    emit(cleanPaste(all.subarray(0, cut)), Buffer.concat([head, all.subarray(0, cut)]));
    head = new Uint8Array(0);
    chunks = [rest];
    size = rest.length;
  }

  function finish(marker: Uint8Array) {
    const all = Buffer.concat(chunks);
    emit(cleanPaste(all), Buffer.concat([head, all, marker]));
    reset();
  }

  function reset() {
    active = false;
    chunks = [];
    size = 0;
    head = new Uint8Array(0);
  }

  return {
    get active() {
      return active;
    },
    start(raw) {
      reset();
      active = true;
      head = raw;
    },
    take(bytes, at) {
      const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(END, at);
      if (found >= 0) {
        keep(bytes.subarray(at, found));
        finish(END);
        return found + END.length;
      }
      const stop = bytes.length - partialEnd(bytes, at);
      keep(bytes.subarray(at, stop));
      return stop;
    },
    end(rest) {
      keep(rest);
      finish(new Uint8Array(0));
    },
    reset,
  };
}

/**
 * Whether this, after a paste was given up because nothing more of it came, is the rest of it that was only late. One character, or
 * what begins with an escape, is a key.
 */
export function isRestOfPaste(bytes: Uint8Array): boolean {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = all.indexOf(END);
  const start = all.indexOf(START);
  if (end > 0 && (start < 0 || start > end)) return true;
  return bytes[0] !== END[0] && [...decoder.decode(bytes)].length > 1;
}

/** How many bytes at the end of `bytes` may be the beginning of the end marker. */
function partialEnd(bytes: Uint8Array, from: number): number {
  const longest = Math.min(END.length - 1, bytes.length - from);
  for (let length = longest; length > 0; length -= 1) {
    let same = true;
    for (let i = 0; i < length && same; i += 1) same = bytes[bytes.length - length + i] === END[i];
    if (same) return length;
  }
  return 0;
}

function codePointBoundary(bytes: Uint8Array, at: number): number {
  let cut = at;
  while (cut > at - 4 && cut > 1 && ((bytes[cut] as number) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

/** Line ends become \n; any other control character but the tab shows as U+FFFD. */
function cleanPaste(bytes: Uint8Array): string {
  return decoder
    .decode(bytes)
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}
