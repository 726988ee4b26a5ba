/** `dispatch export`: the whole thread, oldest first, as JSON lines or as Markdown. */

import { open } from 'node:fs/promises';
import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import { entryToMarkdown } from '../../core/export.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';

const PAGE = 500;
/** Before every entry: keys begin with a time in hexadecimal digits. */
const BEGINNING = '0';

export const command: Command = {
  usage: 'export [--format jsonl|md] [-o PATH]',
  summary: 'Write the whole thread, oldest first: an entry a line as JSON, or Markdown to read.',
  details:
    'It holds what was said, run, approved and made, with secrets masked; not the output of runs, which "dispatch get" gives.',
  options: {
    format: { type: 'string', value: 'FORMAT', words: ['jsonl', 'md'], help: 'jsonl (default) or md' },
    output: { type: 'string', short: 'o', value: 'PATH', help: 'into a new file, in place of standard output' },
  },
  examples: ['dispatch export > thread.jsonl', 'dispatch export --format md -o thread.md'],
  maxArguments: 0,
  async run(context, args) {
    const format = args.text('format') ?? 'jsonl';
    if (format !== 'jsonl' && format !== 'md') {
      throw new DispatchError('usage', `--format ${format}: expected jsonl or md`, { hint: 'dispatch export --help' });
    }
    const path = args.text('output');
    const client = await context.connect();
    const lines = linesOf(client, format);
    if (path === undefined) {
      for await (const line of lines) await print(context, line);
      return 0;
    }
    await writeNew(path, lines);
    context.note(`written to ${path}`);
    return 0;
  },
};

async function* linesOf(client: ControlClient, format: 'jsonl' | 'md'): AsyncGenerator<string> {
  const { devices } = await client.call('devices', {});
  const nameOf = (id: string): string => devices.find((device) => device.id === id)?.name ?? id;
  if (format === 'md') yield '# Thread\n\n';
  for await (const entry of entriesOf(client)) {
    yield format === 'md' ? `${entryToMarkdown(entry, { nameOf, brief: false })}\n\n` : `${JSON.stringify(entry)}\n`;
  }
}

async function* entriesOf(client: ControlClient): AsyncGenerator<ThreadEntry> {
  let after = BEGINNING;
  for (;;) {
    const { entries, more } = await client.call('thread.read', { after, limit: PAGE });
    yield* entries;
    const last = entries.at(-1);
    if (!more || last === undefined) return;
    after = last.key;
  }
}

async function print({ stdout }: CliContext, line: string): Promise<void> {
  if (!stdout.write(line)) await new Promise<void>((resume) => stdout.once('drain', () => resume()));
}

/** Never over a file that is there. */
async function writeNew(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EEXIST' ? 'it is there already' : cause.message;
    throw new DispatchError('usage', `cannot write ${path}: ${why}`, { hint: 'name another file', cause });
  });
  try {
    for await (const line of lines) await file.write(line);
  } finally {
    await file.close();
  }
}
