/** `dispatch open`: an artifact in the browser of the desktop, if it cannot act there. */

import { DispatchError } from '../../core/errors.ts';
import { addressToOpen } from '../../core/shown-types.ts';
import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { findOpener } from '../open.ts';
import { safe } from '../print.ts';
import { bringHere } from '../save-artifact.ts';

export const command: Command = {
  usage: 'open ARTIFACT [--link]',
  summary: 'Open an artifact in your browser.',
  details: [
    'ARTIFACT is named as for "dispatch get". Text, pictures, sound, films and PDF are opened; what could run what is in it, such as',
    'a page or a drawing, is not. --link prints its address instead, which programs on this machine can read as long as its peer',
    'runs; it holds a secret, so it is for nobody else.',
  ].join('\n'),
  options: { link: { type: 'boolean', help: 'print its address on this machine, and open nothing' } },
  examples: ['dispatch open 12/report.pdf', 'curl -r 0-99 "$(dispatch open --link 12/data.bin)"'],
  completes: 'artifacts',
  async run(context, args) {
    const ref = onlyArgument(args, 'open', 'ARTIFACT');
    const isLink = args.flag('link');
    const client = await context.connect();
    const { artifact } = await client.call('artifact.get', { artifact: ref });
    const { linkOf } = await import('../../tui/runners/artifact-files.ts');
    // What was removed can be had in no way: that is said first.
    const downloadUrl = await linkOf(client, artifact.id);
    if (isLink) {
      if (context.json) context.printJson({ id: artifact.id, downloadUrl });
      else context.print(downloadUrl);
      return 0;
    }
    const opener = findOpener(context.env);
    if (opener === undefined)
      throw new DispatchError('unavailable', 'there is no display here, or no program that opens addresses on it', {
        hint: `save it with "dispatch get ${ref}", or print its address with --link`,
      });
    const address = addressToOpen({ ...artifact, downloadUrl }, `save it with "dispatch get ${ref}"`);
    await bringHere(context, client, artifact);
    await opener(address);
    if (context.json) context.printJson({ id: artifact.id, downloadUrl: address });
    else context.print(`opened ${safe(artifact.name)}`);
    return 0;
  },
};
