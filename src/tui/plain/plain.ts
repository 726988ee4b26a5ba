// The dashboard in plain lines: no alternate screen, no drawing, one prompt. For screen readers and for terminals that can
// do nothing else. What can be answered here is guarded as in the dialog.

import { createInterface } from 'node:readline';
import { asDispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import { type Connect, openLink } from '../app/link.ts';
import { isFolded } from '../model/folded.ts';
import type { MessageBody } from '../model/messages.ts';
import { createPlainCommands } from './commands.ts';
import { createLineWatch } from './guard.ts';
import { entryLine, layLine, type PlainLine, requestLines } from './lines.ts';
import { createPlainProgress } from './progress.ts';
import { createPlainState } from './state.ts';

export interface PlainOptions {
  readonly connect: Connect;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const SHOWN_ENTRIES = 10;

/** Resolves when the person leaves, or the input ends. */
export async function runPlain({ connect, env, cwd, input, output }: PlainOptions): Promise<void> {
  const canErase = env.TERM !== 'dumb' && env.TERM !== undefined;
  const state = createPlainState();
  const progress = createPlainProgress();
  const watch = createLineWatch(Date.now);
  const onData = (chunk: Buffer | string): void => watch.feed(chunk.toString());
  input.on('data', onData);
  const lines = createInterface({ input, output, prompt: '> ', terminal: true, historySize: 200 });

  /** The prompt stands on the last line. */
  let prompted = false;
  const prompt = (): void => {
    prompted = true;
    lines.prompt(true);
  };
  /** Puts lines above what is being typed. */
  const print = (...texts: readonly PlainLine[]): void => {
    const rows = texts.flatMap((text) => layLine(text, output.columns));
    output.write(`${canErase ? '\r\x1b[K' : '\n'}${rows.join('\n')}\n`);
    prompt();
  };
  const show = (): void => {
    for (const approval of state.takeUnshown()) {
      print(...requestLines(approval, state.context()));
      state.markShown(approval, Date.now());
      output.write('\x07');
    }
  };
  const tell = (message: MessageBody): void => {
    switch (message.type) {
      case 'snapshot': {
        state.reset(message.snapshot);
        const newest = message.snapshot.entries.filter(isTold).slice(-SHOWN_ENTRIES);
        print('Connected. The newest of the thread:', ...newest.map((entry) => entryLine(entry, state.context())));
        break;
      }
      case 'change': {
        const { entry } = message.change;
        const before = entry.kind === 'run' ? state.run(entry.run.id) : undefined;
        state.change(message.change);
        if (isWorthSaying(entry.kind === 'run' ? entry.run : undefined, before) && isTold(entry)) {
          if (entry.kind !== 'approval' || entry.approval.status !== 'pending')
            print(entryLine(entry, state.context()));
        }
        if (entry.kind === 'run') commands.onRun(entry.run);
        if (entry.kind === 'run' && isFinal(entry.run)) progress.forget(entry.run);
        break;
      }
      case 'progress': {
        const line = progress.line(state.run(message.run), message.progress, performance.now());
        if (line !== undefined) print(line);
        break;
      }
      case 'devices':
        state.setDevices(message);
        break;
      case 'connected':
        if (state.regain()) print('Connected again.');
        break;
      case 'lost':
        if (state.lose()) print(`The peer is not reachable: ${message.reason}. It is tried again.`);
        break;
      default:
        break;
    }
    show();
  };

  const link = openLink(connect, tell);
  const commands = createPlainCommands({ state, client: () => link.client, cwd, print, quit: () => lines.close() });
  print('Dispatch, in plain lines. Type a task, or help.');

  let interrupted = false;
  lines.on('line', (text) => {
    interrupted = false;
    prompted = false;
    const typed = watch.take();
    commands.line(text, typed).then(
      () => {
        if (!prompted) prompt();
      },
      (error: unknown) => {
        const { message, hint } = asDispatchError(error);
        print(`That did not work: ${message}${hint === undefined ? '' : `: ${hint}`}`);
      },
    );
  });
  lines.on('SIGINT', () => {
    if (interrupted) return lines.close();
    interrupted = true;
    print('Press Ctrl-C again to leave; what runs goes on.');
  });
  await new Promise<void>((resolve) => lines.once('close', resolve));
  input.off('data', onData);
  commands.close();
  link.close();
  output.write('\n');
}

/** What a run printed is told already, and what it left for itself is for its detail. */
const isTold = (entry: ThreadEntry): boolean =>
  entry.kind !== 'artifact' || !(entry.artifact.kind === 'output' || isFolded(entry.artifact));

/** Of a run, its beginning and its end: that it was accepted and started in between is noise to a listener. */
function isWorthSaying(run: Run | undefined, before: Run | undefined): boolean {
  if (run === undefined) return true;
  if (before === undefined) return true;
  return isFinal(run) && !isFinal(before);
}
