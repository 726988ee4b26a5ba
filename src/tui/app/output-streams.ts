// The output that is on the screen: opens and closes streams so that they are what the subscriptions say. Bytes go to a
// terminal emulator or to a text log as fast as these take them; the screen is told at most as often as it can draw.

import type { ControlClient } from '../../control/client/client.ts';
import type { ControlInput } from '../../control/client/inputs.ts';
import { asDispatchError } from '../../core/errors.ts';
import type { RunId } from '../../core/ids.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import type { OutputSubscription, RunInput, Subscriptions } from '../model/effects.ts';
import type { MessageBody } from '../model/messages.ts';
import type { OutputPort, OutputView } from '../model/output-view.ts';
import type { EmbeddedTerminal } from '../terminal/embedded-terminal.ts';
import { encodeInput } from './attach.ts';
import { closeOnAbort } from './stream-close.ts';
import { type OpenTail, openTail } from './tails.ts';
import { createTextLog } from './text-log.ts';

/** A viewer that falls back further than this sees the present instead. */
const MAX_LAG = 1024 * 1024;
const SCROLLBACK = 5_000;
/** After so long without output, what came before has all been told. */
const QUIET_MS = 100;
/** Output is shown at most this often. */
const FRAME_MS = 33;

export interface OutputStreams {
  /** Makes the streams what they should be. */
  reconcile(wanted: Pick<Subscriptions, 'tails' | 'output'>, client: ControlClient | undefined): void;
  input(run: RunId, input: RunInput): void;
  close(): void;
}

type Tell = (message: MessageBody) => void;

export function createOutputStreams(tell: Tell): OutputStreams {
  const tails = new Map<string, { readonly tail: OpenTail; away: boolean }>();
  let output: OpenOutput | undefined;

  const reconcileTails = (wanted: Subscriptions['tails'], client: ControlClient | undefined): void => {
    for (const [run, open] of tails) {
      const next = wanted.find((other) => other.run === run);
      const isBack = open.away && next?.away === undefined;
      open.away = next?.away === true;
      if (client !== undefined && next !== undefined && !(isBack && open.tail.failed)) continue;
      open.tail.close();
      tails.delete(run);
    }
    if (client === undefined) return;
    for (const one of wanted) {
      if (tails.has(one.run)) continue;
      const tail = openTail(client, one, (lines) => tell({ type: 'tail', run: one.run, tail: lines }));
      tails.set(one.run, { tail, away: one.away === true });
    }
  };

  return {
    reconcile(wanted, client) {
      reconcileTails(wanted.tails, client);
      const next = client === undefined ? undefined : wanted.output;
      if (output !== undefined && (next === undefined || client !== output.client || !output.becomes(next))) {
        output.close();
        output = undefined;
      }
      if (output === undefined && next !== undefined && client !== undefined) output = openOutput(client, next, tell);
    },
    input(run, input) {
      if (output?.run === run) output.input(input);
    },
    close() {
      for (const { tail } of tails.values()) tail.close();
      tails.clear();
      output?.close();
      output = undefined;
    },
  };
}

interface OpenOutput {
  readonly client: ControlClient;
  readonly run: RunId;
  /** Goes over to what is wanted now, if it can without starting anew. */
  becomes(wanted: OutputSubscription): boolean;
  input(input: RunInput): void;
  close(): void;
}

interface Sink {
  readonly port: OutputPort;
  write(bytes: Uint8Array): void | Promise<void>;
  skipped(bytes: number): void;
  /** The beginning that is not fetched at all. */
  omitted(bytes: number): void;
  resize(cols: number, rows: number): void;
  end(): void;
  close(): void;
}

function openOutput(client: ControlClient, first: OutputSubscription, tell: Tell): OpenOutput {
  const { run } = first;
  const stop = new AbortController();
  let wanted = first;
  let sink: Sink | undefined;
  let terminal: EmbeddedTerminal | undefined;
  let writer: Promise<ControlInput> | undefined;
  let attached = false;
  let unsent = false;
  // What is over is shown from its last part: to read it all there is `dispatch logs`.
  const start = Math.max(0, first.bytes - MAX_LAG);
  let bytes = start;
  let replayed = false;
  let state: OutputView['state'] = 'opening';
  let message: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let quiet: NodeJS.Timeout | undefined;

  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (stop.signal.aborted) return;
    shownAt = performance.now();
    const said = { ...(message === undefined ? {} : { message }), ...(unsent ? { unsent } : {}) };
    unsent = false;
    tell({ type: 'output', run, output: { port: sink?.port, bytes, state, attached, ...said } });
  };
  // The first after a pause at once: it may be the echo of a key.
  const showSoon = (): void => {
    timer ??= setTimeout(show, Math.max(0, shownAt + FRAME_MS - performance.now()));
  };
  const fail = (error: unknown): void => {
    if (stop.signal.aborted) return;
    state = 'failed';
    message = asDispatchError(error).message;
    show();
  };
  /** The size of what is there already is not always known: then it has been told when no more comes for a moment. */
  const settleReplay = (): void => {
    clearTimeout(quiet);
    if (replayed) return;
    quiet = setTimeout(() => {
      replayed = true;
    }, QUIET_MS);
  };
  const send = (data: Uint8Array): void => {
    const to = writer;
    void to
      ?.then((input) => input.write(data))
      .catch((error: unknown) => {
        if (writer !== to) return;
        if (asDispatchError(error).code !== 'unavailable') return fail(error);
        // The way to the device broke. The key is not sent again, or it might come twice; later ones are.
        unsent = true;
        closeInput();
        show();
        openInput().catch(fail);
      });
  };
  const openInput = async (): Promise<void> => {
    if (writer !== undefined) return;
    const opening = client.input(run);
    writer = opening;
    await opening;
    // It may have been closed meanwhile.
    if (writer !== opening) return;
    attached = true;
    show();
  };

  /** The run reads on: its input belongs to whoever attaches next. */
  const closeInput = (): void => {
    void writer?.then((input) => input.close()).catch(() => {});
    writer = undefined;
    attached = false;
  };

  const follow = async (): Promise<void> => {
    if (first.kind === 'terminal') {
      const { createEmbeddedTerminal } = await import('../terminal/embedded-terminal.ts');
      // Questions in output of the past were answered then.
      const reply = (data: string): void => {
        if (replayed && attached && wanted.attached) send(Buffer.from(data, 'latin1'));
      };
      terminal = createEmbeddedTerminal({ cols: wanted.cols, rows: wanted.rows }, { scrollback: SCROLLBACK, reply });
      sink = terminalSink(terminal, showSoon);
    } else {
      sink = textSink();
    }
    if (stop.signal.aborted) return sink.close();
    if (start > 0) sink.omitted(start);
    const opened = await client.output({ run, offset: start, maxLag: MAX_LAG });
    closeOnAbort(opened.chunks, stop.signal);
    if (wanted.attached) await openInput();
    // Of a run that is over nothing is live: it is loading until it ends.
    if (first.bytes === 0) state = 'live';
    settleReplay();
    show();
    for await (const chunk of opened.chunks) {
      if (stop.signal.aborted) break;
      await take(chunk, opened.size);
    }
    sink.end();
    state = 'ended';
    show();
  };
  const take = async (chunk: OutputChunk, size: number): Promise<void> => {
    if (chunk.offset > bytes) sink?.skipped(chunk.offset - bytes);
    await sink?.write(chunk.bytes);
    bytes = chunk.offset + chunk.bytes.length;
    if (size > 0 && bytes >= size) replayed = true;
    settleReplay();
    showSoon();
  };
  follow().catch(fail);

  return {
    client,
    run,
    becomes(next) {
      if (next.run !== run || next.kind !== first.kind) return false;
      const moved = next.away !== wanted.away;
      if (next.attached !== wanted.attached && !moved) return false;
      // What could not be had while its device was away can be had now.
      if (state === 'failed' && wanted.away === true && next.away === undefined) return false;
      if (next.cols !== wanted.cols || next.rows !== wanted.rows) sink?.resize(next.cols, next.rows);
      const { attached: before } = wanted;
      wanted = next;
      // With its device the input goes and comes; what was printed stays on the screen.
      if (before && !next.attached) {
        closeInput();
        showSoon();
      }
      if (next.attached && !before) openInput().catch(fail);
      return true;
    },
    input(input) {
      if (attached && terminal !== undefined) return send(encodeInput(input, terminal.modes()));
      unsent = true;
      showSoon();
    },
    close() {
      stop.abort();
      clearTimeout(timer);
      clearTimeout(quiet);
      sink?.close();
      closeInput();
    },
  };
}

const omittedLine = (bytes: number): string => `… ${bytes} bytes earlier are not shown ("dispatch logs" has them)`;

function terminalSink(terminal: EmbeddedTerminal, changed: () => void): Sink {
  const stop = terminal.onChange(changed);
  return {
    port: {
      rows: (_width, height) => terminal.rows(height),
      behind: (_width, height) => terminal.trimmed + terminal.rows(height),
      find: (text) => terminal.find(text).map((row) => terminal.trimmed + row),
      draw: (grid, rect, options) => terminal.draw(grid, rect, options),
    },
    write: (bytes) => terminal.write(bytes),
    // The screen of a program is drawn anew by what follows; the cells of before would only mislead.
    skipped: () => void terminal.write(Buffer.from('\x1bc')),
    omitted: (bytes) => void terminal.write(Buffer.from(`${omittedLine(bytes)}\r\n`)),
    resize: (cols, rows) => terminal.resize(cols, rows),
    end: () => {},
    close() {
      stop();
      terminal.close();
    },
  };
}

function textSink(): Sink {
  const log = createTextLog();
  return {
    port: log,
    write: (bytes) => log.write(bytes),
    skipped: (bytes) => log.skipped(bytes),
    omitted: (bytes) => log.write(Buffer.from(`${omittedLine(bytes)}\n`)),
    resize: () => {},
    end: () => log.end(),
    close: () => {},
  };
}
