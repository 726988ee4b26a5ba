/** `dispatch eval`: an expression, and what it comes to. */

import { DispatchError } from '../../core/errors.ts';
import { isAgent } from '../agent.ts';
import type { Command } from '../command.ts';
import { complaintOf, exitStatusOf } from '../exit-status.ts';
import { newId } from '../ids.ts';

export const command: Command = {
  usage: 'eval EXPRESSION',
  summary: 'Evaluate a JavaScript expression or script in the sandbox of this session.',
  details: [
    'It can read the thread: runs(), artifacts(), messages(), devices(), text(artifact), summary().',
    '"-" reads the script from standard input.',
  ].join('\n'),
  options: {},
  examples: [
    "dispatch eval '6 * 7'",
    'dispatch eval \'runs().filter(r => r.status === "failed").length\'',
    'dispatch eval - < script.js',
  ],
  async run(context, args) {
    const words = [...args.positionals, ...(args.rest ?? [])];
    const source = words.length === 1 && words[0] === '-' ? await readAll(context.stdin) : words.join(' ');
    if (source.trim() === '')
      throw new DispatchError('usage', 'there is no expression', { hint: "dispatch eval '6 * 7'" });
    const id = newId();
    const client = await context.connect();
    const language = source.trim().includes('\n') || words[0] === '-' ? 'script' : 'expression';
    const submitted = client.call('submit', {
      id,
      task: `= ${source}`,
      action: { kind: 'inline', language, source },
      ...(isAgent(context.env) ? { as: 'agent' as const } : {}),
    });
    const onInterrupt = (): void => void client.call('cancel', { run: id }).catch(() => {});
    context.interrupted.addEventListener('abort', onInterrupt, { once: true });
    const waiting = client.call('wait', { runs: [id] });
    waiting.catch(() => {});
    await submitted;
    const { chunks } = await client.output({ run: id, offset: 0 });
    for await (const { bytes } of chunks) (context.json ? context.stderr : context.stdout).write(bytes);
    const [run] = (await waiting).runs;
    if (run === undefined) throw new Error('the peer forgot the run');
    if (context.json) context.printJson(run);
    const complaint = complaintOf(run);
    if (complaint !== undefined) context.note(complaint);
    return exitStatusOf(run);
  },
};

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
