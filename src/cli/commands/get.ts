/** `dispatch get`: saves an artifact, whole or not at all. */

import type { OutputChunk } from '../../protocol/api.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import type { CliContext } from '../context.ts';
import { bytes as size } from '../print.ts';
import { bringHere, saveArtifact } from '../save-artifact.ts';

export const command: Command = {
  usage: 'get ARTIFACT [-o PATH]',
  summary: 'Save an artifact to a file. "-o -" writes it to standard output.',
  details: [
    'ARTIFACT is an id, the beginning of one, RUN/NAME, or the number of a run that has one artifact.',
    'What lies on another device is fetched first. If that is interrupted, the same command goes on where it stopped.',
  ].join('\n'),
  options: {
    output: { type: 'string', short: 'o', value: 'PATH', help: 'file or folder (default: its name, here)' },
    force: { type: 'boolean', help: 'replace a file that is there' },
  },
  examples: ['dispatch get 12/log.txt', 'dispatch get 12 -o /tmp/', 'dispatch get 12/log.txt -o - | head'],
  completes: 'artifacts',
  async run(context, args) {
    const ref = onlyArgument(args, 'get', 'ARTIFACT');
    const wanted = args.text('output');
    const client = await context.connect();
    const { artifact: meant } = await client.call('artifact.get', { artifact: ref });
    if (wanted === '-') {
      await bringHere(context, client, meant);
      return printAll(context, (await client.blob({ artifact: meant.id, offset: 0 })).chunks);
    }
    const path = await saveArtifact(context, client, meant, { to: wanted, force: args.flag('force') });
    if (context.json) context.printJson({ ...meant, path });
    else context.print(`${path}  ${size(meant.sizeBytes)}`);
    return 0;
  },
};

async function printAll(context: CliContext, chunks: AsyncIterable<OutputChunk>): Promise<number> {
  for await (const { bytes } of chunks) {
    if (!context.stdout.write(bytes)) await new Promise<void>((resume) => context.stdout.once('drain', () => resume()));
  }
  return 0;
}
