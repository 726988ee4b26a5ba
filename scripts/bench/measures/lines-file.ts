// 200 MB of lines for measuring output: the same file whatever it travels through.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export const FILE_BYTES = 200_000_000;
const LINE = `${'0123456789'.repeat(9)}01234567\n`.padStart(100, '.');
/** What a terminal makes of it: each newline becomes two characters. */
export const IN_TERMINAL_BYTES = FILE_BYTES + FILE_BYTES / LINE.length;

export async function writeLines(file: string): Promise<void> {
  const block = LINE.repeat(10_000);
  const stream = createWriteStream(file);
  for (let written = 0; written < FILE_BYTES; written += block.length) {
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}
