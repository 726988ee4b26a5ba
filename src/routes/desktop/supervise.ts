/**
 * Follows one started command to its end: carries its output, takes its input, and stops all of its processes when it is
 * cancelled, takes too long or does not read what it is sent. What it leaves in the background after a good end keeps
 * running, as after a login: what still holds its terminal is hung up on.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { DispatchError } from '../../core/errors.ts';
import type { StopReceipt } from '../../core/events.ts';
import type { ExecutionContext, ExecutionControl, Outcome } from '../../engine/ports.ts';
import { type OutputPump, pumpOutput } from './output-pump.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { findRunProcesses } from './run-processes.ts';
import { type Exit, MOST_WAITING_INPUT, type Session } from './session.ts';
import { sendSignal, signalNumber } from './signals.ts';
import { stopProcesses } from './stop-processes.ts';

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
  { session, table }: SuperviseOptions,
  main: ProcessEntry | undefined,
  pump: OutputPump,
  exit: Exit,
): Promise<Outcome> {
  const drained = await pump.drained();
  if (drained === 'held' && session.hasTerminal && main !== undefined) await hangUp(table, main);
  return withFault(exit, pump);
}

async function stopAll(
  options: SuperviseOptions,
  main: ProcessEntry | undefined,
  pump: OutputPump,
  reason: StopReason,
): Promise<Outcome> {
  const { session, context, table, stopGraceMs, secrets } = options;
  const alive = findRunProcesses({ table, run: context.run, ...(main === undefined ? {} : { main }) });
  const receipt = await stopProcesses({ table, alive, graceMs: stopGraceMs, secrets });
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
function withFault(exit: Exit, { fault }: OutputPump): Outcome {
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
