// What the slash commands of the composer do. Each is what a key does too, with the run named instead of selected.

import { isFinal, type Run } from '../../core/runs.ts';
import type { ParsedCommand } from '../keys/commands.ts';
import type { Model } from '../model/model.ts';
import { findRunByRef } from '../model/select.ts';
import { openApproval } from './approvals.ts';
import { openArtifacts } from './artifact-list.ts';
import { compareBy } from './compare.ts';
import { editPlace } from './file-edit.ts';
import { openByRef } from './jumps.ts';
import { askQuit, openHelp } from './overlays.ts';
import { rerouteBy } from './reroute.ts';
import { attach, cancel, retry } from './runs.ts';
import { startSearch } from './search.ts';
import { type Step, say, step } from './step.ts';
import { writeSteps } from './steps-edit.ts';
import { sumUp } from './sum-up.ts';
import { themeBy } from './themes.ts';
import { filterBy } from './thread-filter.ts';
import { undo } from './undo.ts';
import { openWaiting } from './waiting.ts';

export function runCommand(model: Model, { name, argument }: ParsedCommand): Step {
  switch (name) {
    case 'summary':
      return sumUp(model);
    case 'export':
      return step(model, { type: 'export-thread', path: argument });
    case 'search':
      return startSearch(model, argument);
    case 'filter':
      return filterBy(model, argument);
    case 'artifacts':
      return openArtifacts(model);
    case 'waiting':
      return openWaiting(model);
    case 'help':
      return step(openHelp(model));
    case 'theme':
      return themeBy(model, argument);
    case 'quit':
      return step(askQuit(model));
    case 'approve': {
      const [approval] = model.approvals;
      return approval === undefined ? say(model, 'info', 'nothing waits for an answer') : openApproval(model, approval);
    }
    case 'open':
      return openByRef(model, argument);
    case 'attach':
      return withRun(model, argument, (run) => attach(model, run));
    case 'cancel':
      return withRun(model, argument, (run) =>
        isFinal(run) ? say(model, 'warning', `run ${run.number} is over`) : cancel(model, run),
      );
    case 'retry':
      return retryBy(model, argument);
    case 'compare':
      return compareBy(model, argument);
    case 'edit':
      return editPlace(model, argument);
    case 'steps':
      return writeSteps(model, argument);
    case 'undo':
      return withRun(model, argument, (run) => undo(model, run));
    case 'reroute':
      return rerouteBy(model, argument);
    // A program is routed, as every task is. Messages are sent by the composer, which keeps their text if that fails.
    case 'code':
    case 'say':
    case 'note':
      return step(model);
  }
}

/** `12`, or `12 #gpt`. */
function retryBy(model: Model, argument: string): Step {
  const [, ref = '', connector] = /^(\S+)(?:\s+#(\S+))?$/.exec(argument) ?? [];
  if (ref === '') return say(model, 'warning', 'for example: /retry 12, or /retry 12 #CONNECTOR');
  return withRun(model, ref, (run) =>
    isFinal(run) ? retry(model, run, connector) : say(model, 'warning', `run ${run.number} is not over`),
  );
}

function withRun(model: Model, ref: string, then: (run: Run) => Step): Step {
  const run = findRunByRef(model, ref.replace(/^#/, ''));
  return run === undefined
    ? say(model, 'warning', `there is no run "${ref}" in sight: give its number, as the Runs pane shows it`)
    : then(run);
}
