/** What a person gives as a file of this machine, or as `-` for standard input. */

import { readFile } from 'node:fs/promises';
import { DispatchError } from '../core/errors.ts';

/** Throws `usage` where the file cannot be read. */
export async function readSource(file: string, stdin: NodeJS.ReadableStream): Promise<Buffer> {
  if (file === '-') return readAll(stdin);
  try {
    return await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[code ?? ''] ?? message;
    throw new DispatchError('usage', `cannot read ${file}: ${why}`, {
      cause,
      hint: 'name a file that is there, or "-" for standard input',
    });
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts);
}
