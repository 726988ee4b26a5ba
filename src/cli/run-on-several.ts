/** One command on several devices: each line of output says whose it is, and one exit status speaks for all. */

import type { ControlClient } from '../control/client/client.ts';
import { asDispatchError } from '../core/errors.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { KnownDevices } from '../protocol/api.ts';
import type { CliContext } from './context.ts';
import { complaintOf, exitStatusOf } from './exit-status.ts';
import type { FollowOptions } from './follow-run.ts';
import { namesOf } from './print-device.ts';

/** A connection takes no more than 64 streams. */
const RUNS_A_CONNECTION = 50;
/** A line that is longer is printed in parts. */
const LINE_MAX = 64 * 1024;
const NEWLINE = 0x0a;

export interface SeveralOptions {
  readonly runs: readonly Run[];
  readonly known: KnownDevices;
  readonly yes: boolean;
  readonly agent: boolean;
  /** Stays with one of them. Given, so that a command on one device loads nothing of this. */
  readonly follow: (client: ControlClient, id: string, options: FollowOptions) => Promise<Run>;
  /** Takes output as it is. */
  readonly print: FollowOptions['print'];
}

/** Resolves when all of them are over. */
export async function runOnSeveral(
  context: CliContext,
  client: ControlClient,
  options: SeveralOptions,
): Promise<number> {
  const { runs, known, yes, agent, follow, print } = options;
  const nameOf = namesOf(known);
  const inTurn = oneAtATime();
  const clients: ControlClient[] = [client];
  for (let more = RUNS_A_CONNECTION; more < runs.length; more += RUNS_A_CONNECTION) {
    clients.push(await context.connect());
  }
  const ended = await Promise.allSettled(
    runs.map(async ({ id, device }, index) => {
      const lines = createLines(`${nameOf(device)}: `, print);
      const own = clients[Math.floor(index / RUNS_A_CONNECTION)] ?? client;
      const run = await follow(own, id, { takesInput: false, tty: false, yes, agent, print: lines.take, inTurn });
      await lines.flush();
      return run;
    }),
  );
  const finals = ended.map((end, index) => (end.status === 'fulfilled' ? end.value : (runs[index] as Run)));
  if (context.json) context.printJson(finals);
  const codes = ended.map((end, index) => tell(context, nameOf((runs[index] as Run).device), end));
  const failed = codes.filter((code) => code !== 0);
  if (failed.length > 0) context.note(`${runs.length - failed.length} of ${runs.length} devices did it`);
  return failed[0] ?? 0;
}

/** Says what went wrong on a device; gives its exit code. */
function tell(context: CliContext, name: string, end: PromiseSettledResult<Run>): number {
  if (end.status === 'rejected') {
    const error = asDispatchError(end.reason);
    context.note(`${name}: ${error.message}`);
    return error.code === 'cancelled' ? 130 : 125;
  }
  const run = end.value;
  const code = exitStatusOf(run);
  if (code !== 0) context.note(`${name}: ${complaintOf(run) ?? `exit ${code} (run ${run.number})`}`);
  return isFinal(run) ? code : 125;
}

/** Whole lines, each with the label before it. */
function createLines(
  label: string,
  print: FollowOptions['print'],
): { take(bytes: Uint8Array): void | Promise<void>; flush(): Promise<void> } {
  const prefix = Buffer.from(label);
  let rest: Buffer = Buffer.alloc(0);
  const line = (content: Buffer): Buffer[] => [prefix, content];
  return {
    take(bytes) {
      const parts: Buffer[] = [];
      let text = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
      for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE)) {
        parts.push(...line(text.subarray(0, end + 1)));
        text = text.subarray(end + 1);
      }
      if (text.length > LINE_MAX) {
        parts.push(...line(text), Buffer.of(NEWLINE));
        text = text.subarray(text.length);
      }
      rest = text;
      return parts.length === 0 ? undefined : print(Buffer.concat(parts));
    },
    async flush() {
      if (rest.length > 0) await print(Buffer.concat([...line(rest), Buffer.of(NEWLINE)]));
    },
  };
}

function oneAtATime(): FollowOptions['inTurn'] {
  let before: Promise<void> = Promise.resolve();
  return (work) => {
    const turn = before.then(work);
    before = turn.catch(() => {});
    return turn;
  };
}
