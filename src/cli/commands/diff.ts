/** `dispatch diff`: where what two runs printed differs, and what else does between them. */

import { DispatchError } from '../../core/errors.ts';
import { compareRuns } from '../../tui/runners/compare-runner.ts';
import type { Command } from '../command.ts';
import { printDocument } from '../print-preview.ts';

export const command: Command = {
  usage: 'diff RUN RUN',
  summary: 'Show where what two runs printed differs, line by line. It exits with 1 if it does.',
  details:
    'Of each the newest 1 MiB and 20000 lines are compared, without colours. Above the lines stands what else differs: the task, the\n' +
    'device, how it ended and how long it took.',
  options: {},
  examples: ['dispatch diff 12 15'],
  completes: 'runs',
  async run(context, args) {
    const [one, other, ...rest] = args.positionals;
    if (one === undefined || other === undefined || rest.length > 0)
      throw new DispatchError('usage', 'give two runs', { hint: 'dispatch diff RUN RUN' });
    const { document, same } = await compareRuns(await context.connect(), [one, other]);
    if (context.json) context.printJson({ same });
    else printDocument(context, document);
    return same ? 0 : 1;
  },
};
