/** `dispatch config`: where the configuration is, whether it is valid, what holds. Needs no peer. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  usage: 'config path | check | show',
  summary: 'Print where config.toml is, check it, or show what holds with it.',
  options: {},
  examples: ['dispatch config check', '$EDITOR $(dispatch config path)', 'dispatch config show --json'],
  completes: ['path', 'check', 'show'],
  maxArguments: 1,
  async run(context, args) {
    const [what = 'show'] = args.positionals;
    const file = context.paths.configFile;
    if (what === 'path') {
      if (context.json) context.printJson({ path: file });
      else context.print(file);
      return 0;
    }
    if (what !== 'check' && what !== 'show')
      throw new DispatchError('usage', `config ${what}: expected path, check or show`, {
        hint: 'dispatch config --help',
      });
    const { loadConfig } = await import('../../config/load.ts');
    const { config, exists } = loadConfig(file);
    if (what === 'check') {
      if (context.json) context.printJson({ path: file, exists, ok: true });
      else context.print(exists ? `${file} is valid` : `there is no ${file}: everything is at its default`);
      return 0;
    }
    context.print(JSON.stringify(config, undefined, context.json ? undefined : 2));
    return 0;
  },
};
