/**
 * Stays with a run that was just submitted, from here to its end: output out, input in, Ctrl-C cancels, and who has to answer is
 * told. What only runs on other devices need is loaded when there is such a run, and not before.
 */

import type { ControlClient } from '../control/client/client.ts';
import { titleOf } from '../core/actions.ts';
import { DispatchError } from '../core/errors.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { CliContext } from './context.ts';
import { safe } from './print.ts';
import { hasStandardInput } from './standard-input.ts';

export interface FollowOptions {
  readonly takesInput: boolean;
  readonly tty: boolean;
  /** The person said yes beforehand. */
  readonly yes: boolean;
  /** A program submitted it: whoever is at this terminal is not taken for a person. */
  readonly agent: boolean;
  /** Takes what the run prints; a promise resolves when there is room for more. */
  readonly print: (bytes: Uint8Array) => void | Promise<void>;
  /** Of several runs, one asks at a time. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
}

/** A run that has got no further by then may wait for its device: that is looked into. */
const LOOK_INTO_MS = 300;

export async function followRun(
  context: CliContext,
  client: ControlClient,
  id: string,
  options: FollowOptions,
): Promise<Run> {
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => {}); // told to whoever still waits
  const cancel = async (): Promise<void> => {
    const { run } = await client.call('cancel', { run: id });
    if (run.device === run.origin || isFinal(run)) return;
    const { cancelledLater } = await import('./far-runs.ts');
    const later = await cancelledLater(client, run);
    if (later !== undefined) left.reject(later);
  };
  const onInterrupt = (): void => void cancel().catch(() => {});
  context.interrupted.addEventListener('abort', onInterrupt, { once: true });
  // Nobody reads the output any more: a command that is not a run would end by SIGPIPE.
  context.beforeLeaving(() => client.call('cancel', { run: id }));
  const printed = copyOutput(context, client, id, options.print);
  printed.catch(() => {}); // what goes wrong is told when it is awaited
  const onBroken = (cause: DispatchError): void => {
    left.reject(brokenInput(cause));
    void client.call('cancel', { run: id }).catch(() => {});
  };
  const restore = options.takesInput ? await sendInput(context, client, id, options.tty, onBroken) : () => {};
  try {
    return await Promise.race([left.promise, toItsEnd(context, client, id, options, printed)]);
  } finally {
    restore();
    context.interrupted.removeEventListener('abort', onInterrupt);
  }
}

async function toItsEnd(
  context: CliContext,
  client: ControlClient,
  id: string,
  options: FollowOptions,
  printed: Promise<void>,
): Promise<Run> {
  const run = await settleUntilFinal(context, client, id, options);
  await printed;
  if (run === undefined) throw new Error('the peer forgot the run');
  return run;
}

/** A run may ask more than once: what would run has changed, or was edited. Nobody is asked twice about the same. */
async function settleUntilFinal(
  context: CliContext,
  client: ControlClient,
  id: string,
  options: FollowOptions,
): Promise<Run | undefined> {
  let settled: string | undefined;
  for (;;) {
    const [run] = (await client.call('wait', { runs: [id], orApproval: true })).runs;
    if (run === undefined || isFinal(run)) return run;
    if (run.status !== 'waiting_approval' || run.approvalId === settled) break;
    // What was edited since is answered by its own id alone.
    const ref = settled === undefined ? String(run.number) : run.approvalId;
    settled = run.approvalId;
    await options.inTurn(() => settleApproval(context, client, run, ref, options));
  }
  return (await client.call('wait', { runs: [id] })).runs[0];
}

async function copyOutput(
  context: CliContext,
  client: ControlClient,
  id: string,
  print: FollowOptions['print'],
): Promise<void> {
  const { chunks } = await client.output({ run: id, offset: 0 });
  let expected = 0;
  for await (const { offset, bytes } of chunks) {
    if (offset > expected)
      context.note(
        `${offset - expected} bytes of output were dropped here: [output] cap in config.toml sets how much is kept`,
      );
    expected = offset + bytes.length;
    const room = print(bytes);
    if (room !== undefined) await room;
  }
}

async function sendInput(
  { stdin, stdout }: CliContext,
  client: ControlClient,
  id: string,
  tty: boolean,
  onBroken: (cause: DispatchError) => void,
): Promise<() => void> {
  const { forwardInput } = await import('./forward-input.ts');
  return forwardInput({ stdin, stdout, client, run: id, tty, onEscape: false, onBroken });
}

/** What the run has read is not the whole, and nobody knows how much of it is missing. */
function brokenInput(cause: DispatchError): DispatchError {
  return new DispatchError('unavailable', `the run is cancelled, because its input broke off: ${cause.message}`, {
    hint: 'do it again when the device is back',
    retryable: true,
    cause,
  });
}

async function settleApproval(
  context: CliContext,
  client: ControlClient,
  run: Run,
  ref: string,
  { takesInput, yes, agent }: FollowOptions,
): Promise<void> {
  if (run.status !== 'waiting_approval') return;
  const far = run.device === run.origin ? undefined : await (await import('./far-runs.ts')).approverOf(client, run);
  // A yes that was given beforehand is on its way from there to here.
  if (yes && far?.mayAnswer === true && (await far.answered())) return;
  const where = far === undefined ? '' : ` on ${safe(far.name)}`;
  context.note(`run ${run.number} waits for approval${where}: ${safe(titleOf(run.action))}`);
  if (far?.mayAnswer === false) {
    const vain = yes ? ', and --yes does not count there' : '';
    context.note(
      `this device may not answer for ${far.name}${vain}: somebody at ${far.name}, or at a device that may approve there, has to`,
    );
    return;
  }
  if (!agent && !takesInput && hasStandardInput() && context.stdin.isTTY && context.stderr.isTTY) {
    const { askForApproval } = await import('./ask-approval.ts');
    if (await askForApproval(context, client, run)) return;
  }
  context.note(`answer with "dispatch approve ${ref}" or "dispatch reject ${ref}", or in a dashboard`);
}

/** Tells why runs on other devices do not get on, if they have not ended soon. Gives the way to stop. */
export function watchLater(context: CliContext, client: ControlClient, runs: readonly Run[]): () => void {
  const far = runs.filter((run) => run.device !== run.origin);
  if (far.length === 0) return () => {};
  const over = new AbortController();
  const look = async (): Promise<void> => {
    const { watchFarRuns } = await import('./far-runs.ts');
    await watchFarRuns(context, client, far, { leaving: 'Ctrl-C cancels it', signal: over.signal });
  };
  // What goes wrong with the connection is told by whoever waits for the run.
  const timer = setTimeout(() => void look().catch(() => {}), LOOK_INTO_MS);
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}
