/** `dispatch version`. */

import type { Command } from '../command.ts';

export const command: Command = {
  usage: 'version',
  summary: 'Print the version.',
  options: {},
  examples: ['dispatch version'],
  maxArguments: 0,
  async run(context) {
    if (context.json) context.printJson({ version: context.version, node: process.versions.node });
    else context.print(`dispatch ${context.version} (Node ${process.versions.node})`);
    return 0;
  },
};
