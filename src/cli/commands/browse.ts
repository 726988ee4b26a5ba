/** `dispatch browse`: the browser of a device. */

import { type BrowserStep, describeStep, SESSION_NAME } from '../../core/browser.ts';
import { DispatchError } from '../../core/errors.ts';
import { readBrowserSteps } from '../../core/steps.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { SAVE_OPTION, tellArtifacts } from '../list-artifacts.ts';
import { readSource } from '../read-source.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 86_400;

export const command: Command = {
  usage: 'browse [URL] [--text | --snapshot] [--screenshot] [--pdf] [--steps FILE]',
  summary: 'Open a page in the browser of a device, read it, or use it.',
  details: [
    'Without a URL it goes on with the page that the session has open. What a page says is printed indented: it is the word',
    'of that page. Pictures, PDFs and downloads become artifacts.',
    'Steps in a file are JSON, an array or one a line, with the tools of Playwright MCP:',
    '{"tool":"browser_click","params":{"target":"e5"}}. A target is a ref of a snapshot, or a selector. {{NAME}} in what is',
    'typed stands for a secret that --secret names. An acting step holds for the site that the request shows: where the',
    'page has gone elsewhere, the run ends.',
  ].join('\n'),
  options: {
    on: ON_OPTION,
    session: { type: 'string', value: 'NAME', help: 'pages and logins stay from run to run (default: default)' },
    text: { type: 'boolean', help: 'print the text of the page' },
    snapshot: { type: 'boolean', help: 'print its elements, with refs for further steps' },
    screenshot: { type: 'boolean', help: 'a picture of what is seen of it' },
    'full-page': { type: 'boolean', help: 'a picture of all of it' },
    pdf: { type: 'boolean', help: 'the page as a PDF' },
    steps: { type: 'string', value: 'FILE', help: 'further steps, as JSON; "-" is standard input' },
    close: { type: 'boolean', help: 'at the end, close the browser of the session; its logins stay' },
    forget: { type: 'boolean', help: 'the same, and delete its cookies and logins' },
    secret: { type: 'string', value: 'NAME', multiple: true, help: 'a secret of that device that steps may type' },
    output: SAVE_OPTION,
    ...SUBMIT_OPTIONS,
  },
  examples: [
    'dispatch browse https://example.org --text',
    'dispatch browse https://example.org --screenshot --pdf --on desk',
    'dispatch browse https://example.org --full-page -o page.png',
    'dispatch browse --steps order.json --session shop --on desk',
    'dispatch browse --session shop --forget --on desk',
  ],
  run: runBrowse,
};

async function runBrowse(context: CliContext, args: Arguments): Promise<number> {
  const steps = await stepsOf(context, args);
  const session = args.text('session');
  if (session !== undefined && !SESSION_NAME.test(session)) {
    throw new DispatchError('usage', `"${session}" is no name of a session`, {
      hint: 'letters, digits, "-" and "_", at most 63',
    });
  }
  const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
  const secrets = args.list('secret');
  return submitAction(
    context,
    args,
    {
      task: steps.map(describeStep).join('; '),
      action: {
        kind: 'browser',
        steps,
        ...(session === undefined ? {} : { session }),
        ...(secrets.length === 0 ? {} : { secrets }),
        ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
      },
      device: args.text('on')?.replace(/^@/, ''),
    },
    (run) => tellArtifacts(context, args, run),
  );
}

/** Goes there, does what the file says, and looks at what has come of it. */
export async function stepsOf(context: CliContext, args: Arguments): Promise<readonly BrowserStep[]> {
  const [url] = args.positionals;
  const file = args.text('steps');
  const given = file === undefined ? [] : await fromFile(context, file);
  const looking = lookingOf(args);
  const going: BrowserStep[] =
    url === undefined ? [] : [{ tool: 'browser_navigate', params: { url: withScheme(url) } }];
  const steps = [...going, ...given, ...looking, ...endingOf(args)];
  if (steps.length > 0) return steps;
  throw new DispatchError('usage', 'there is no URL and no step', { hint: 'dispatch browse --help' });
}

function endingOf(args: Arguments): BrowserStep[] {
  if (args.flag('forget')) return [{ tool: 'dispatch_forget', params: {} }];
  return args.flag('close') ? [{ tool: 'browser_close', params: {} }] : [];
}

function lookingOf(args: Arguments): BrowserStep[] {
  return [
    ...(args.flag('text') ? [{ tool: 'dispatch_text', params: {} } as const] : []),
    ...(args.flag('snapshot') ? [{ tool: 'browser_snapshot', params: {} } as const] : []),
    ...(args.flag('screenshot') ? [{ tool: 'browser_take_screenshot', params: {} } as const] : []),
    ...(args.flag('full-page') ? [{ tool: 'browser_take_screenshot', params: { fullPage: true } } as const] : []),
    ...(args.flag('pdf') ? [{ tool: 'browser_pdf_save', params: {} } as const] : []),
  ];
}

/** As people type it. */
function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(url) && !/^[^/:]+:\d+(\/|$)/.test(url) ? url : `https://${url}`;
}

async function fromFile({ stdin }: CliContext, file: string): Promise<BrowserStep[]> {
  return readBrowserSteps((await readSource(file, stdin)).toString('utf8'));
}
