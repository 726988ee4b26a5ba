/** `dispatch export`: the whole thread, oldest first, as JSON lines or as Markdown. */

import { DispatchError } from '../../core/errors.ts';
import { EXPORT_FORMATS, exportedThread, writeNewFile } from '../../tui/runners/export-thread.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';

export const command: Command = {
  usage: 'export [--format jsonl|md] [-o PATH]',
  summary: 'Write the whole thread, oldest first: an entry a line as JSON, or Markdown to read.',
  details:
    'It holds what was said, run, approved and made, with secrets masked; not the output of runs, which "dispatch get" gives.',
  options: {
    format: { type: 'string', value: 'FORMAT', words: EXPORT_FORMATS, help: 'jsonl (default) or md' },
    output: { type: 'string', short: 'o', value: 'PATH', help: 'into a new file, in place of standard output' },
  },
  examples: ['dispatch export > thread.jsonl', 'dispatch export --format md -o thread.md'],
  maxArguments: 0,
  async run(context, args) {
    const asked = args.text('format') ?? 'jsonl';
    const format = EXPORT_FORMATS.find((known) => known === asked);
    if (format === undefined) {
      throw new DispatchError('usage', `--format ${asked}: expected jsonl or md`, { hint: 'dispatch export --help' });
    }
    const path = args.text('output');
    const lines = exportedThread(await context.connect(), format);
    if (path === undefined) {
      for await (const line of lines) await print(context, line);
      return 0;
    }
    await writeNewFile(path, lines);
    context.note(`written to ${path}`);
    return 0;
  },
};

async function print({ stdout }: CliContext, line: string): Promise<void> {
  if (!stdout.write(line)) await new Promise<void>((resume) => stdout.once('drain', () => resume()));
}
