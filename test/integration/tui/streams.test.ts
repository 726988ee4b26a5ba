import { expect, it, onTestFinished } from 'vitest';
import type { ControlClient } from '../../../src/control/client/client.ts';
import type { Run } from '../../../src/core/runs.ts';
import { openLink } from '../../../src/tui/app/link.ts';
import { createOutputStreams } from '../../../src/tui/app/output-streams.ts';
import type { OutputSubscription } from '../../../src/tui/model/effects.ts';
import type { MessageBody } from '../../../src/tui/model/messages.ts';
import { CellGrid, DEFAULT_ATTR } from '../../../src/tui/terminal/cells.ts';
import { until } from '../../helpers/until.ts';
import { startPeer } from './harness.ts';

const SIZE = { cols: 40, rows: 6 };

function streams() {
  const told: MessageBody[] = [];
  const open = createOutputStreams((message) => told.push(message));
  onTestFinished(() => open.close());
  const output = () => told.findLast((message) => message.type === 'output')?.output;
  return {
    open,
    told,
    tail: () => told.findLast((message) => message.type === 'tail')?.tail,
    output,
    screen(): string {
      const grid = new CellGrid(SIZE.cols, SIZE.rows);
      const rect = { x: 0, y: 0, width: SIZE.cols, height: SIZE.rows };
      output()?.port?.draw(grid, rect, { scrollBack: 0, defaultAttr: DEFAULT_ATTR, cursor: false });
      return grid.toText().trimEnd();
    },
  };
}

const wants = (run: Run, change: Partial<OutputSubscription> = {}): { tails: []; output: OutputSubscription } => ({
  tails: [],
  output: { run: run.id, kind: 'text', ...SIZE, bytes: 0, attached: false, ...change },
});

it('fetches the last lines of what is over', async () => {
  const peer = await startPeer();
  const run = await peer.run('seq 1 5000');
  const { open, tail } = streams();
  const bytes = run.status === 'completed' ? run.output.bytes : 0;
  open.reconcile({ tails: [{ run: run.id, live: false, bytes }], output: undefined }, await peer.connect());
  expect(await until('tail', tail)).toEqual({
    lines: Array.from({ length: 20 }, (_, index) => String(4981 + index)),
    done: true,
  });
});

it('fetches only the end of a long output that is over, and says so', async () => {
  const peer = await startPeer();
  const run = await peer.run('seq 1 300000');
  const { open, output, screen } = streams();
  const bytes = run.status === 'completed' ? run.output.bytes : 0;
  expect(bytes).toBeGreaterThan(1024 * 1024);
  open.reconcile(wants(run, { bytes }), await peer.connect());
  await until('ended', () => (output()?.state === 'ended' ? output() : undefined));
  expect(screen()).toContain('300000');
  const rows = output()?.port?.rows(SIZE.cols, 1) ?? 0;
  const grid = new CellGrid(SIZE.cols, 1);
  const rect = { x: 0, y: 0, width: SIZE.cols, height: 1 };
  output()?.port?.draw(grid, rect, { scrollBack: rows - 1, defaultAttr: DEFAULT_ATTR, cursor: false });
  expect(grid.toText()).toMatch(/earlier/);
});

it('follows the last lines of what runs, to its end', async () => {
  const peer = await startPeer();
  const run = await peer.begin('echo first; read line; echo "got $line"', SIZE);
  const { open, tail, told } = streams();
  const client = await peer.connect();
  open.reconcile({ tails: [{ run: run.id, live: true, bytes: 0 }], output: undefined }, client);
  await until('first line', () => tail()?.lines.includes('first'));
  expect(tail()?.done).toBe(false);
  const input = await client.input(run.id);
  await input.write(Buffer.from('word\r'));
  await until('end', () => tail()?.done);
  expect(tail()?.lines.at(-1)).toBe('got word');
  expect(told.every(({ type }) => type === 'tail')).toBe(true);
});

it('shows output without a terminal as lines, and says when it ends', async () => {
  const peer = await startPeer();
  const run = await peer.run('seq 1 100');
  const { open, output, screen } = streams();
  open.reconcile(wants(run), await peer.connect());
  await until('end of the output', () => output()?.state === 'ended');
  expect(output()?.port?.rows(SIZE.cols, 1)).toBe(100);
  expect(screen()).toBe('95\n96\n97\n98\n99\n100');
});

it('shows a terminal, sends it keys, and leaves the run running when it is left', async () => {
  const peer = await startPeer();
  const run = await peer.begin('cat', SIZE);
  const { open, output, screen } = streams();
  const client = await peer.connect();
  open.reconcile(wants(run, { kind: 'terminal', attached: true }), client);
  await until('attached', () => output()?.attached);
  for (const key of 'hi') open.input(run.id, { kind: 'key', key, raw: Buffer.from(key) });
  open.input(run.id, { kind: 'key', key: 'enter', raw: Buffer.from('\r') });
  await until('echo and answer', () => screen() === 'hi\nhi');
  open.reconcile({ tails: [], output: undefined }, client);
  open.input(run.id, { kind: 'key', key: 'C-c', raw: Buffer.from('\x03') });
  // Whoever attaches next has the keys, and finds what was there.
  const again = streams();
  again.open.reconcile(wants(run, { kind: 'terminal', attached: true }), client);
  await until('attached again', () => again.output()?.attached && again.screen() === 'hi\nhi');
  again.open.input(run.id, { kind: 'key', key: 'C-d', raw: Buffer.from('\x04') });
  expect((await peer.engine.done(run.id)).status).toBe('completed');
  await until('end of the output', () => again.output()?.state === 'ended');
});

it('does not answer what a program asked of the terminal in the past', async () => {
  const peer = await startPeer();
  // Asks where the cursor is; an answer would come back from `cat` as text.
  const run = await peer.begin(String.raw`stty -icanon -echo; printf '\033[6nasked\n'; cat -v`, SIZE);
  const client = await peer.connect();
  const watcher = streams();
  watcher.open.reconcile({ tails: [{ run: run.id, live: true, bytes: 0 }], output: undefined }, client);
  await until('question', () => watcher.tail()?.lines.includes('asked'));
  const { open, output, screen } = streams();
  open.reconcile(wants(run, { kind: 'terminal', attached: true }), client);
  await until('attached', () => output()?.attached && screen().startsWith('asked'));
  open.input(run.id, { kind: 'key', key: 'x', raw: Buffer.from('x') });
  await until('key', () => screen().includes('x'));
  expect(screen()).toBe('asked\nx');
  await client.call('cancel', { run: run.id });
  await peer.engine.done(run.id);
});

it('says why output cannot be had', async () => {
  const peer = await startPeer();
  const { open, output } = streams();
  open.reconcile(wants({ id: '0123456789abcdef' } as Run), await peer.connect());
  await until('failure', () => output()?.state === 'failed');
  expect(output()?.message).toContain('0123456789abcdef');
});

it('is told of a lost connection, and that it is back, with all that happened meanwhile', async () => {
  const peer = await startPeer();
  const told: MessageBody[] = [];
  const starts: boolean[] = [];
  const connect = async ({ start }: { start: boolean }): Promise<ControlClient> => {
    starts.push(start);
    return peer.connect();
  };
  const link = openLink(connect, (message) => told.push(message));
  onTestFinished(() => link.close());
  const count = (type: MessageBody['type']): number => told.filter((message) => message.type === type).length;
  await until('connected', () => count('connected') === 1);
  expect(told[0]?.type).toBe('snapshot');
  expect(link.client).toBeDefined();
  await peer.stopServing();
  await until('lost', () => count('lost') > 0);
  expect(link.client).toBeUndefined();
  const run = await peer.run('echo meanwhile');
  await peer.serve();
  await until('back', () => count('connected') === 2);
  const story = peer.engine.story(run.id);
  await until('what was missed', () => count('change') >= story.length);
  const changes = told.flatMap((message) => (message.type === 'change' ? [message.change.event.type] : []));
  expect(changes).toEqual(story);
  expect(count('snapshot')).toBe(1);
  // A peer is begun the first time only: whoever stopped it wants it stopped.
  expect(starts.filter(Boolean)).toHaveLength(1);
  expect(starts[0]).toBe(true);
});
