// Gives steps for a browser or a screen to the editor of the person, and submits what was written. What cannot be read or sent stays, and
// is there again the next time.

import type { ControlClient } from '../../control/client/client.ts';
import type { Action } from '../../core/actions.ts';
import { describeStep } from '../../core/browser.ts';
import { describeDesktopStep } from '../../core/desktop.ts';
import { readSteps } from '../../core/steps.ts';
import type { Effect } from '../model/effects.ts';
import type { MessageBody } from '../model/messages.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

export type StepsEffect = Extract<Effect, { type: 'write-steps' }>;

export interface StepsRunnerDeps {
  /** Throws while there is no connection. */
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>) => void;
  readonly newId: () => string;
  readonly cwd: string;
  /** Opens the editor of the person on a text; gives undefined if it was left without saving. */
  readonly editText: (text: string) => Promise<string | undefined>;
}

const ABOUT = 'steps';

export function createStepsRunner(deps: StepsRunnerDeps): (effect: StepsEffect) => void {
  const { client, tell, attempt, newId, cwd, editText } = deps;
  const drafts = new Map<string, string>();
  const say = (tone: 'info' | 'success', text: string): void =>
    tell({ type: 'toast', toast: { tone, text, about: ABOUT } });

  const write = async ({ device, session }: StepsEffect): Promise<void> => {
    const empty = template(device.name);
    const text = await editText(drafts.get(device.id) ?? empty);
    if (text === undefined) return say('info', 'the editor ended with an error, so nothing is submitted');
    if (text.trim() === '' || text === empty) return say('info', 'there are no steps, so nothing is submitted');
    drafts.set(device.id, text);
    const read = readSteps(text);
    const action: Action = read.kind === 'browser' && session !== undefined ? { ...read, session } : read;
    const task = action.kind === 'browser' ? action.steps.map(describeStep) : action.steps.map(describeDesktopStep);
    const { run } = await client().call('submit', {
      id: newId(),
      task: task.join('; '),
      action,
      devices: [device.id],
      cwd,
    });
    drafts.delete(device.id);
    say('success', `run ${run.number}: ${action.steps.length} steps on ${sanitizeLine(device.name)}`);
  };

  return (effect) => attempt(() => write(effect));
}

function template(name: string): string {
  return [
    `# Steps on ${sanitizeLine(name)}, one a line. They are approved together, and done in this order.`,
    '# In its browser, with the tools of Playwright MCP:',
    '#   {"tool":"browser_navigate","params":{"url":"https://example.org"}}',
    '#   {"tool":"browser_click","params":{"target":"text=More"}}',
    '# Or on its screen, with the actions of computer use:',
    '#   {"action":"left_click","coordinate":[320,240]}',
    '#   {"action":"type","text":"hello"}',
    '',
  ].join('\n');
}
