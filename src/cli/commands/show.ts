/** `dispatch show`: everything about one run. */

import type { Command } from '../command.ts';
import { onlyArgument } from '../command.ts';
import { complaintOf } from '../exit-status.ts';
import { approvalLines, artifactRow, bytes, elapsed, safe, statusText, table } from '../print.ts';

export const command: Command = {
  usage: 'show RUN',
  summary: 'Show one run: what it is, how it went, its approvals and its artifacts.',
  options: {},
  examples: ['dispatch show 12', 'dispatch show 12 --json'],
  completes: 'runs',
  async run(context, args) {
    const ref = onlyArgument(args, 'show', 'RUN');
    const client = await context.connect();
    const detail = await client.call('run.get', { run: ref });
    if (context.json) {
      context.printJson(detail);
      return 0;
    }
    const { run, approvals, artifacts } = detail;
    const { action } = run;
    const rows: [string, string][] = [
      ['run', `${run.number}  ${run.id}`],
      ['task', safe(run.task)],
      ['status', `${statusText(run)}  ${elapsed(run, Date.now())}`],
      ['route', run.route],
      ...(action.kind === 'shell'
        ? [['access', action.access] as [string, string], ['folder', safe(action.cwd ?? 'home')] as [string, string]]
        : []),
      ['because', run.because.map(safe).join('; ')],
      ...('output' in run && run.output !== undefined
        ? [
            [
              'output',
              `${bytes(run.output.bytes)}${run.output.droppedBytes > 0 ? `, of which ${bytes(run.output.droppedBytes)} were dropped` : ''}`,
            ] as [string, string],
          ]
        : []),
      ...('result' in run && run.result !== undefined ? [['result', safe(run.result)] as [string, string]] : []),
      ...(run.retryOf === undefined ? [] : [['retry of', run.retryOf] as [string, string]]),
    ];
    for (const line of table(rows)) context.print(line);
    if ('receipt' in run && run.receipt !== undefined) {
      for (const { pid, command: name, signal } of run.receipt.stopped)
        context.print(`stopped   ${pid}  ${safe(name)}  ${signal}`);
      for (const { pid, command: name } of run.receipt.left) context.print(`still there  ${pid}  ${safe(name)}`);
    }
    const complaint = complaintOf(run);
    if (complaint !== undefined) context.print(complaint);
    for (const approval of approvals)
      for (const line of approvalLines(approval, String(run.number), Date.now())) context.print(line);
    for (const line of table(artifacts.map(artifactRow))) context.print(`◆ ${line}`);
    return 0;
  },
};
