/** `dispatch ask`: a question for a connector, and its answer as it comes. */

import { DispatchError } from '../../core/errors.ts';
import type { RunId } from '../../core/ids.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { readAlong } from '../read-along.ts';
import { readSource } from '../read-source.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 86_400;

export const command: Command = {
  usage: 'ask [--connector C] [--attach FILE|ARTIFACT]… QUESTION…',
  summary: 'Ask a connector a question: a model, or the embedded knowledge of this device.',
  details: [
    'With nothing configured, the embedded knowledge answers: extracts from your documents and the manual, no model.',
    'docs/CONNECTORS.md tells how to connect one. "-" reads the question from standard input. What is attached goes along:',
    'a file of this machine, an artifact (RUN/NAME), or "-" for standard input.',
    'With --assist the model may propose runs on your devices; each passes policy, and asks you where it must.',
  ].join('\n'),
  options: {
    connector: { type: 'string', short: 'c', value: 'C', help: 'which (default: the one of config.toml)' },
    attach: { type: 'string', short: 'a', value: 'FILE', multiple: true, help: 'send this along' },
    'follow-up': { type: 'boolean', short: 'f', help: 'go on with the newest conversation' },
    in: { type: 'string', value: 'RUN', help: 'go on with the conversation of that run' },
    thread: { type: 'string', value: 'N', help: 'send the newest N entries of the thread along, in short' },
    assist: { type: 'boolean', help: 'let it propose runs; of this device alone' },
    on: { ...ON_OPTION, help: 'the device whose connector is asked (default: this device)' },
    ...SUBMIT_OPTIONS,
  },
  examples: [
    'dispatch ask how do I pair a device',
    'git diff | dispatch ask --attach - what could go wrong here',
    'dispatch ask --follow-up and on a Mac?',
    'dispatch ask --thread 100 what went wrong today',
    'dispatch ask --assist why is the disk of nas full',
  ],
  async run(context, args) {
    const question = await questionOf(context, args);
    const attach = await readAlong(context, args.list('attach'));
    const after = await precedingRun(context, args);
    const connector = args.text('connector');
    const entries = args.number('thread', { min: 1, max: 1000 });
    const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
    return submitAction(context, args, {
      task: `?${question}`,
      action: {
        kind: 'knowledge',
        question,
        ...(connector === undefined ? {} : { connector }),
        ...(after === undefined ? {} : { after }),
        ...(attach.length === 0 ? {} : { attach }),
        ...(entries === undefined ? {} : { thread: entries }),
        ...(args.flag('assist') ? { assistant: true as const } : {}),
        ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
      },
      ...(args.flag('follow-up') ? { followUp: true as const } : {}),
      device: args.text('on')?.replace(/^@/, ''),
      document: async (client, run) => {
        const { answer } = await client.call('run.get', { run: run.id });
        return answer === undefined ? run : { ...run, answer };
      },
    });
  },
};

async function questionOf(context: CliContext, args: Arguments): Promise<string> {
  const words = [...args.positionals, ...(args.rest ?? [])];
  const fromInput = words.length === 1 && words[0] === '-';
  if (fromInput && args.list('attach').includes('-')) {
    throw new DispatchError('usage', 'standard input is either the question or attached to it', {
      hint: 'write the question behind "ask"',
    });
  }
  const text = fromInput ? (await readSource('-', context.stdin)).toString('utf8') : words.join(' ');
  if (text.trim() !== '') return text.trim();
  throw new DispatchError('usage', 'there is no question', { hint: 'dispatch ask how do I pair a device' });
}

/** The run whose conversation goes on, where it is named. */
async function precedingRun(context: CliContext, args: Arguments): Promise<RunId | undefined> {
  const named = args.text('in');
  if (named !== undefined && args.flag('follow-up')) {
    throw new DispatchError('usage', '--in and --follow-up both say which conversation', { hint: 'leave one out' });
  }
  if (named === undefined) return undefined;
  const client = await context.connect();
  return (await client.call('run.get', { run: named })).run.id;
}
