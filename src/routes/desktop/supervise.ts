/**
 * Follows one started command to its end: carries its output, takes its input, and stops all of its processes when it is
 * cancelled, takes too long or does not read what it is sent. What it leaves in the background after a good end keeps
 * running, as after a login: what still holds its terminal is hung up on. In a sandbox nothing is left: it ends with the command.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { DispatchError } from '../../core/errors.ts';
import type { StopReceipt } from '../../core/events.ts';
import type { ExecutionContext, ExecutionControl, Outcome } from '../../engine/executor-ports.ts';
import { type OutputPump, pumpOutput } from './output-pump.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import type { Confined } from './sandbox/sandbox.ts';
import { type Exit, MOST_WAITING_INPUT, type Session } from './session.ts';
import { sendSignal, signalNumber } from './signals.ts';
import { stopRun } from './stop-run.ts';

/** A killed process that the system does not let go of is waited for no longer than this. */
const LAST_WAIT_MS = 1_000;

type StopReason = 'cancelled' | 'timeout' | 'overflow';

export interface SuperviseOptions {
  readonly session: Session;
  readonly context: ExecutionContext;
  readonly table: ProcessTable;
  readonly timeoutMs: number | undefined;
  readonly stopGraceMs: number;
  /** What the stop receipt must not hold. */
  readonly secrets: readonly string[];
  /** The sandbox that the main process of the session makes, if it makes one. */
  readonly confined?: Confined;
}

export async function supervise(options: SuperviseOptions): Promise<Outcome> {
  const { session, context, table, timeoutMs } = options;
  // Only while the process is there can its number be trusted: look now.
  const main = table.one(session.pid);
  const stop = Promise.withResolvers<StopReason>();
  const onAbort = (): void => stop.resolve('cancelled');
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.resolve('timeout'), timeoutMs);
  context.signal.addEventListener('abort', onAbort, { once: true });
  if (context.signal.aborted) onAbort();
  try {
    const pump = pumpOutput(session.output, context.output);
    context.attach(controlOf(session, () => stop.resolve('overflow')));
    const ending = await Promise.race([session.exited, stop.promise]);
    clearTimeout(timer);
    return typeof ending === 'string'
      ? await stopAll(options, main, pump, ending)
      : await finish(options, main, pump, ending);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', onAbort);
    session.close();
  }
}

async function finish(
  { session, table, confined }: SuperviseOptions,
  main: ProcessEntry | undefined,
  pump: OutputPump,
  exit: Exit,
): Promise<Outcome> {
  const drained = await pump.drained();
  if (drained === 'held' && session.hasTerminal && main !== undefined) await hangUp(table, main);
  return withFault(confined === undefined ? exit : endInside(confined, exit), pump);
}

/** The main process of the session only makes the sandbox: what counts is how the command in it ended. */
function endInside(confined: Confined, exit: Exit): Outcome {
  if (exit.kind === 'signal') return exit;
  const end = confined.outcome(exit.exitCode);
  if (end.kind !== 'unconfined') return end;
  const message = 'the command did not run: its sandbox could not be made, and the output says why';
  return { kind: 'failed', reason: 'internal', message };
}

async function stopAll(
  options: SuperviseOptions,
  main: ProcessEntry | undefined,
  pump: OutputPump,
  reason: StopReason,
): Promise<Outcome> {
  const { session, context, table, stopGraceMs, secrets, confined } = options;
  const receipt = await stopRun({
    table,
    run: context.run,
    main,
    kept: confined?.keeps === true,
    graceMs: stopGraceMs,
    secrets,
  });
  await Promise.race([session.exited, sleep(LAST_WAIT_MS, undefined, { ref: false })]);
  await pump.drained();
  return outcomeOf(reason, options.timeoutMs ?? 0, receipt);
}

function outcomeOf(reason: StopReason, timeoutMs: number, receipt: StopReceipt): Outcome {
  switch (reason) {
    case 'cancelled':
      return { kind: 'stopped', receipt };
    case 'timeout':
      return { kind: 'timeout', timeoutMs, receipt };
    case 'overflow': {
      const most = `${MOST_WAITING_INPUT / 1024 / 1024} MiB`;
      const message = `it was stopped: more than ${most} of input waited and the command did not read it; send it as a file instead`;
      return { kind: 'failed', reason: 'internal', message };
    }
  }
}

/** Bytes that could not be read must not look like a run that printed everything. */
function withFault(exit: Outcome, { fault }: OutputPump): Outcome {
  if (fault === undefined) return exit;
  return {
    kind: 'failed',
    reason: 'internal',
    message: `its output could not be read to the end: ${fault.message}; retry it`,
  };
}

/** As a terminal that is closed: what is left of the session hears SIGHUP. What ignores it, as under nohup, lives on. */
async function hangUp(table: ProcessTable, main: ProcessEntry): Promise<void> {
  for (const entry of await table.list()) {
    const member =
      entry.session === main.pid && entry.pid !== main.pid && entry.started >= main.started && !entry.ended;
    if (!member || table.one(entry.pid)?.started !== entry.started) continue;
    for (const name of ['SIGHUP', 'SIGCONT']) sendSignal(entry.pid, signalNumber(name) ?? 0);
  }
}

function controlOf(session: Session, onOverflow: () => void): ExecutionControl {
  return {
    input(bytes) {
      if (!session.input(bytes)) onOverflow();
      return session.inputRoom();
    },
    endInput: () => session.endInput(),
    resize: (cols, rows) => session.resize(cols, rows),
    kill(name) {
      const signal = signalNumber(name);
      if (signal === undefined) {
        throw new DispatchError('invalid', `there is no signal ${name} on this machine`, {
          hint: 'name one such as SIGINT or SIGTERM',
        });
      }
      const group = session.foreground();
      if (group !== undefined) sendSignal(-group, signal);
    },
  };
}
