// What two runs printed, compared, with what else differs between them. Of each the newest is read, so that it ends soon.

import type { ControlClient } from '../../control/client/client.ts';
import { deviceName } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import { elapsed } from '../model/select.ts';
import { type Block, type Document, line } from '../preview/document.ts';
import { compareAside } from '../preview/read-aside.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { describeStatus, formatBytes, formatDuration, isCounting } from '../words/format.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_LINES = 20_000;

export interface Comparison {
  readonly title: string;
  readonly document: Document;
  /** They printed the same. */
  readonly same: boolean;
}

export async function compareRuns(client: ControlClient, refs: readonly [string, string]): Promise<Comparison> {
  const [one, other] = await Promise.all([printedBy(client, refs[0]), printedBy(client, refs[1])]);
  const compared = await compareAside(one.text, other.text);
  if (compared === undefined) throw new DispatchError('unavailable', 'comparing them takes too long');
  const known = await client.call('devices', {});
  const nameOf = ({ device }: Run): string => deviceName(known, device);
  const facts: Fact[] = [
    ['command', one.run.task, other.run.task],
    ['device', nameOf(one.run), nameOf(other.run)],
    ['status', describeStatus(one.run), describeStatus(other.run)],
    ['took', took(one.run), took(other.run)],
  ];
  const head = [...facts.flatMap(factRow), ...[one, other].flatMap(leftOutRow)];
  const blocks = compared.type === 'text' ? compared.blocks : [];
  const between = head.length > 0 && blocks.length > 0 ? [line('')] : [];
  return {
    title: `Run ${one.run.number} ↔ run ${other.run.number}`,
    document: { ...compared, type: 'text', blocks: [...head, ...between, ...blocks] },
    same: !blocks.some(differs),
  };
}

/** What only one of them printed; colours are no difference. */
const differs = (block: Block): boolean =>
  block.type === 'line' && block.pieces.some(([, look]) => look === 'added' || look === 'removed');

// ---- what else differs

type Fact = readonly [name: string, before: string, after: string];

const took = (run: Run): string => formatDuration(elapsed(run, Date.now()), isCounting(run));

function factRow([name, before, after]: Fact): Block[] {
  if (before === after) return [];
  return [
    {
      type: 'line',
      wrap: 'words',
      pieces: [
        [name.padEnd(9), 'muted'],
        [sanitizeLine(before), 'removed'],
        [' → ', 'muted'],
        [sanitizeLine(after), 'added'],
      ],
    },
  ];
}

function leftOutRow({ run, cut }: Printed): Block[] {
  const most = `${formatBytes(MOST_BYTES)} and ${MOST_LINES} lines`;
  return [
    ...(cut ? [line(`of run ${run.number} at most the newest ${most} are compared`, 'muted', 'words')] : []),
    ...(isFinal(run) ? [] : [line(`run ${run.number} goes on: this is what it had printed`, 'muted', 'words')]),
  ];
}

// ---- what they printed

interface Printed {
  readonly run: Run;
  readonly text: string;
  /** There was more before it. */
  readonly cut: boolean;
}

async function printedBy(client: ControlClient, ref: string): Promise<Printed> {
  const { run } = await client.call('run.get', { run: ref });
  if (run.startedAt === undefined) return { run, text: '', cut: false };
  const size = await sizeOf(client, run);
  const offset = Math.max(0, size - MOST_BYTES);
  const text = await read(client, run, offset, size);
  const lines = (offset > 0 ? text.slice(text.indexOf('\n') + 1) : text).split('\n');
  // Behind the last newline there is nothing, or a line that goes on.
  const kept = lines.slice(-MOST_LINES - 1);
  return { run, text: kept.join('\n'), cut: offset > 0 || kept.length < lines.length };
}

/** Of one that goes on: what there is now. */
async function sizeOf(client: ControlClient, run: Run): Promise<number> {
  if (isFinal(run) && run.output !== undefined) return run.output.bytes;
  const { size, chunks } = await client.output({ run: run.id, offset: 0 });
  await chunks[Symbol.asyncIterator]().return?.();
  return size;
}

async function read(client: ControlClient, { id }: Run, offset: number, size: number): Promise<string> {
  if (size === 0) return '';
  const decoder = new TextDecoder();
  const { chunks } = await client.output({ run: id, offset });
  let text = '';
  let position = offset;
  for await (const { offset: at, bytes } of chunks) {
    if (at > position) text += `\n… ${at - position} bytes are left out here\n`;
    text += decoder.decode(bytes.subarray(0, Math.max(0, size - at)), { stream: true });
    position = at + bytes.length;
    if (position >= size) break;
  }
  return text + decoder.decode();
}
