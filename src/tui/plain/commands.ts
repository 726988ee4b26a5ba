// What a line typed at the plain prompt does. A line that is none of the known words is a task.

import { randomBytes } from 'node:crypto';
import type { ControlClient } from '../../control/client/client.ts';
import { findEntries } from '../../control/client/find-entries.ts';
import { DispatchError } from '../../core/errors.ts';
import { spellId } from '../../core/ids.ts';
import { routeContext } from '../../core/routing/context.ts';
import { route } from '../../core/routing/route.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { presenceInFull } from '../words/presence.ts';
import { createPlainAnswers } from './answers.ts';
import type { TypedLine } from './guard.ts';
import { entryLine, HELP_LINES, type PlainLine, runLine } from './lines.ts';
import { followLines } from './output.ts';
import type { PlainState } from './state.ts';

const LISTED_RUNS = 15;
const SEARCH_LIMIT = 20;

export interface PlainCommands {
  line(text: string, typed: TypedLine): Promise<void>;
  /** A run is as it is now: output of those that were begun here is printed. */
  onRun(run: Run): void;
  close(): void;
}

interface Deps {
  readonly state: PlainState;
  readonly client: () => ControlClient | undefined;
  readonly cwd: string;
  readonly print: (...lines: readonly PlainLine[]) => void;
  readonly quit: () => void;
}

export function createPlainCommands({ state, client, cwd, print, quit }: Deps): PlainCommands {
  const stop = new AbortController();
  /** Runs begun here whose output is not being printed yet. */
  const mine = new Set<string>();

  const peer = (): ControlClient => {
    const connected = client();
    if (connected !== undefined) return connected;
    throw new DispatchError('unavailable', 'there is no connection to the peer', { hint: 'try again in a moment' });
  };
  const named = (ref: string): Run => {
    const run = state.runByRef(ref);
    if (run !== undefined) return run;
    throw new DispatchError('not-found', `there is no run "${sanitizeLine(ref)}"`, { hint: 'type runs to list them' });
  };
  const answers = createPlainAnswers({ state, peer, named, print });

  const submit = async (task: string): Promise<void> => {
    const answer = route(task, routeContext(state.devices(), { cwd }, state.routing()));
    if (!answer.ok && state.devices().length > 0) {
      return print(answer.hint === undefined ? answer.reason : `${answer.reason}: ${answer.hint}`);
    }
    const id = spellId(randomBytes(10));
    mine.add(id);
    const { runs } = await peer().call('submit', { id, task, cwd });
    for (const run of runs) {
      mine.add(run.id);
      onRun(state.run(run.id) ?? run);
    }
  };

  const search = async (query: string): Promise<void> => {
    const { entries } = await findEntries(peer(), query, SEARCH_LIMIT);
    const found = entries.map((entry) => entryLine(entry, state.context()));
    print(...(found.length === 0 ? ['Nothing found.'] : found));
  };

  const words: Readonly<Record<string, (rest: string, typed: TypedLine) => void | Promise<void>>> = {
    ...answers.words,
    requests() {
      if (state.approvals().length === 0) print('Nothing waits for an answer.');
      for (const approval of state.approvals()) answers.printRequest(approval);
    },
    runs() {
      const listed = state.runs().slice(0, LISTED_RUNS);
      print(...(listed.length === 0 ? ['There are no runs.'] : listed.map((run) => runLine(run, state.context()))));
    },
    devices() {
      print(
        ...state
          .devices()
          .map((device) => `Device ${sanitizeLine(device.name)}: ${presenceInFull(device, Date.now())}`),
      );
    },
    async cancel(rest) {
      const { run } = await peer().call('cancel', { run: named(rest).id });
      print(isFinal(run) ? `Cancelled run ${run.number}.` : `Asked to cancel run ${run.number}.`);
    },
    async retry(rest) {
      const id = spellId(randomBytes(10));
      mine.add(id);
      const { run } = await peer().call('retry', { run: named(rest).id, id });
      onRun(state.run(id) ?? run);
    },
    async reroute(rest) {
      const [ref = '', place = '', more] = rest.split(/\s+/);
      const [, mark, name = ''] = /^([@#])(.+)$/.exec(place) ?? [];
      if (name === '' || more !== undefined)
        throw new DispatchError('usage', 'it does not say where to', { hint: 'reroute RUN @DEVICE, or #CONNECTOR' });
      const id = spellId(randomBytes(10));
      mine.add(id);
      const to = mark === '@' ? { device: name } : { connector: name };
      const { run } = await peer().call('reroute', { run: named(ref).id, ...to, id });
      onRun(state.run(id) ?? run);
    },
    async say(rest) {
      await peer().call('say', { text: rest });
    },
    search,
    help: () => print(...HELP_LINES),
    quit,
  };

  const onRun = (run: Run): void => {
    const connected = client();
    if (connected === undefined || run.startedAt === undefined || !mine.delete(run.id)) return;
    void followLines(connected, run.id, stop.signal, (line) => print({ exact: `${run.number}: ${line}` }));
  };

  return {
    onRun,
    async line(text, typed) {
      const [, word = '', rest = ''] = /^\s*\/?(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
      if (word === '') return;
      const known = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;
      await (known === undefined ? submit(text) : known(rest.trim(), typed));
    },
    close: () => stop.abort(),
  };
}
