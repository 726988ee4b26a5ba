/** `dispatch config`: where the configuration is, whether it is valid, what holds. Needs no peer. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  usage: 'config path | check | show',
  summary: 'Print where config.toml is, check it, or show what holds with it.',
  details: [
    'check also warns of secrets that runs could not be given now: a file that is missing or that others may read, or a variable',
    'that is not set here.',
  ].join('\n'),
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
    const { checkConnectors, loadConfig } = await import('../../config/load.ts');
    const loaded = loadConfig(file);
    const { config, exists } = loaded;
    if (what === 'check') {
      await checkConnectors(loaded);
      const { readKeySettings } = await import('../key-settings.ts');
      readKeySettings(config, file);
      const { checkOwnersRules } = await import('../../peer/owner.ts');
      checkOwnersRules(config);
      const { checkSecrets } = await import('../check-secrets.ts');
      const warnings = await checkSecrets(config.secrets, context.env);
      if (context.json) context.printJson({ path: file, exists, ok: true, warnings });
      else context.print(exists ? `${file} is valid` : `there is no ${file}: everything is at its default`);
      if (!context.json) for (const warning of warnings) context.note(warning);
      return 0;
    }
    context.print(JSON.stringify(config, undefined, context.json ? undefined : 2));
    return 0;
  },
};
