// The whole thread, oldest first, as text: an entry a line as JSON, or Markdown to read. Written into a new file, never over another.

import { open, rm } from 'node:fs/promises';
import type { ControlClient } from '../../control/client/client.ts';
import { knownDeviceName } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { entryToMarkdown } from '../../core/export.ts';
import { jsonLine } from '../../core/json-line.ts';
import type { ThreadEntry } from '../../core/thread.ts';

export const EXPORT_FORMATS = ['jsonl', 'md'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const PAGE = 500;
/** Before every entry: keys begin with a time in hexadecimal digits. */
const BEGINNING = '0';

export async function* exportedThread(client: ControlClient, format: ExportFormat): AsyncGenerator<string> {
  const known = await client.call('devices', {});
  const nameOf = (id: string): string => knownDeviceName(known, id) ?? id;
  if (format === 'md') yield '# Thread\n\n';
  for await (const entry of entriesOf(client)) {
    yield format === 'md' ? `${entryToMarkdown(entry, { nameOf, brief: false })}\n\n` : `${jsonLine(entry)}\n`;
  }
}

async function* entriesOf(client: ControlClient): AsyncGenerator<ThreadEntry> {
  let after = BEGINNING;
  for (;;) {
    // Fewer come where they are long.
    const { entries, more } = await client.call('thread.read', { after, limit: PAGE });
    yield* entries;
    const last = entries.at(-1);
    if (!more || last === undefined) return;
    after = last.key;
  }
}

/** What was not written whole is not left. */
export async function writeNewFile(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EEXIST' ? 'it is there already' : cause.message;
    throw new DispatchError('usage', `cannot write ${path}: ${why}`, { hint: 'name another file', cause });
  });
  try {
    for await (const line of lines) await file.write(line);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
