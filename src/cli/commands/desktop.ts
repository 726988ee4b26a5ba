/** `dispatch desktop`: the screen, keyboard and mouse of a device. */

import { type DesktopStep, describeDesktopStep, type Point } from '../../core/desktop.ts';
import { DispatchError } from '../../core/errors.ts';
import { readDesktopSteps } from '../../core/steps.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { SAVE_OPTION, tellArtifacts } from '../list-artifacts.ts';
import { readSource } from '../read-source.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 86_400;

export const command: Command = {
  usage: 'desktop STEP … | --steps FILE',
  summary: 'Look at the screen of a device, or use its keyboard and mouse.',
  details: [
    'Looking: screenshot | snapshot [WINDOW] | windows | position | zoom X0,Y0,X1,Y1 | wait MS',
    'Acting:  click X,Y|REF | double-click … | right-click … | middle-click … | triple-click … | move X,Y | drag X,Y X,Y',
    '         scroll X,Y up|down|left|right N | type TEXT | key KEYS | set REF VALUE | activate WINDOW',
    'KEYS are as xdotool names them: Return, ctrl+s. A REF is that of an element in a snapshot before: e5.',
    'A request shows each step and the screen with a mark where it will act. What acts touches only the windows that were there when it',
    'was approved: a dialog that one step opens is for the next run.',
    'Steps in a file are JSON, an array or one a line: {"action":"left_click","coordinate":[10,20]}.',
  ].join('\n'),
  options: {
    on: ON_OPTION,
    steps: { type: 'string', value: 'FILE', help: 'several steps, as JSON; "-" is standard input' },
    output: SAVE_OPTION,
    hold: { type: 'string', value: 'KEYS', help: 'keys that are held while it clicks, drags or scrolls' },
    ...SUBMIT_OPTIONS,
  },
  examples: [
    'dispatch desktop screenshot --on desk -o desk.png',
    'dispatch desktop snapshot --on desk',
    'dispatch desktop click 200,340 --on desk',
    'dispatch desktop type "grüße" --on desk --yes',
    'dispatch desktop key ctrl+s --on desk',
  ],
  completes: ['screenshot', 'snapshot', 'windows', 'click', 'type', 'key', 'scroll', 'drag', 'set', 'activate'],
  run: runDesktop,
};

async function runDesktop(context: CliContext, args: Arguments): Promise<number> {
  const file = args.text('steps');
  const steps = file === undefined ? [stepOf(args)] : await fromFile(context, file);
  const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
  const device = args.text('on')?.replace(/^@/, '');
  return submitAction(
    context,
    args,
    {
      task: steps.map(describeDesktopStep).join('; '),
      action: { kind: 'desktop', steps, ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }) },
      device,
    },
    (run) => tellArtifacts(context, args, run),
  );
}

async function fromFile({ stdin }: CliContext, file: string): Promise<DesktopStep[]> {
  return readDesktopSteps((await readSource(file, stdin)).toString('utf8'));
}

const CLICKS = {
  click: 'left_click',
  'double-click': 'double_click',
  'triple-click': 'triple_click',
  'right-click': 'right_click',
  'middle-click': 'middle_click',
} as const;

function stepOf(args: Arguments): DesktopStep {
  const [verb = '', one, two, three] = args.positionals;
  const hold = args.text('hold');
  const held = hold === undefined ? {} : { text: hold };
  if (Object.hasOwn(CLICKS, verb)) {
    const action = CLICKS[verb as keyof typeof CLICKS];
    const place = need(one, `${verb} X,Y or REF`);
    return /^\d+,\d+$/.test(place) ? { action, coordinate: point(place), ...held } : { action, ref: place, ...held };
  }
  switch (verb) {
    case 'screenshot':
      return { action: 'screenshot' };
    case 'windows':
      return { action: 'list_windows' };
    case 'position':
      return { action: 'cursor_position' };
    case 'snapshot':
      return { action: 'desktop_snapshot', ...(one === undefined ? {} : { window: one }) };
    case 'zoom':
      return { action: 'zoom', region: numbers(need(one, 'zoom X0,Y0,X1,Y1'), 4) as [number, number, number, number] };
    case 'wait':
      return { action: 'wait', duration: (numbers(need(one, 'wait MILLISECONDS'), 1) as [number])[0] };
    case 'move':
      return { action: 'mouse_move', coordinate: point(need(one, 'move X,Y')) };
    case 'drag':
      return {
        action: 'left_click_drag',
        start_coordinate: point(need(one, 'drag X,Y X,Y')),
        coordinate: point(need(two, 'drag X,Y X,Y')),
        ...held,
      };
    case 'scroll':
      return scroll(need(one, 'scroll X,Y up|down|left|right N'), two, three, held);
    case 'type':
      return { action: 'type', text: need(args.rest?.join(' ') ?? one, 'type TEXT') };
    case 'key':
      return { action: 'key', text: need(one, 'key KEYS') };
    case 'set':
      return { action: 'set_value', ref: need(one, 'set REF VALUE'), value: need(two, 'set REF VALUE') };
    case 'activate':
      return { action: 'activate_window', window: need(one, 'activate WINDOW') };
    default:
      throw new DispatchError('usage', verb === '' ? 'there is no step' : `there is no step "${verb}"`, {
        hint: 'dispatch desktop --help',
      });
  }
}

const DIRECTIONS = ['up', 'down', 'left', 'right'] as const;

function scroll(place: string, direction = '', amount = '3', held: { text?: string } = {}): DesktopStep {
  const way = DIRECTIONS.find((each) => each === direction);
  if (way === undefined) {
    throw new DispatchError('usage', `scroll: expected up, down, left or right, and not "${direction}"`, {
      hint: 'dispatch desktop scroll 200,300 down 3',
    });
  }
  const [clicks] = numbers(amount, 1) as [number];
  return { action: 'scroll', coordinate: point(place), scroll_direction: way, scroll_amount: clicks, ...held };
}

function need(word: string | undefined, usage: string): string {
  if (word !== undefined && word !== '') return word;
  throw new DispatchError('usage', `expected: desktop ${usage}`, { hint: 'dispatch desktop --help' });
}

function point(text: string): Point {
  return numbers(text, 2) as unknown as Point;
}

function numbers(text: string, count: number): number[] {
  const found = text.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (found.length === count && found.every((value) => Number.isSafeInteger(value))) return found;
  throw new DispatchError(
    'usage',
    `"${text}": expected ${count === 1 ? 'a whole number' : `${count} whole numbers with commas`}`,
    {
      hint: 'dispatch desktop --help',
    },
  );
}
