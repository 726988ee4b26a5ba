// A thread as years of use would leave it, made up from a fixed seed: finished shell runs with their approvals and
// artifacts, and messages. It makes events only; the store derives everything from them as from any others.
import type { Actor } from '../../src/core/approvals.ts';
import { type Timestamp, tick } from '../../src/core/clock.ts';
import type { EventBody, LogEvent } from '../../src/core/events.ts';
import type { ApprovalId, ArtifactId, DeviceId, MessageId, RunId, Sha256 } from '../../src/core/ids.ts';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const MINUTE = 60_000;

const VERBS = [
  'npm test',
  'npm run build',
  'git log --oneline',
  'make -j4',
  'cargo build --release',
  'rsync -a',
  'python3',
];
const PLACES = ['server', 'client', 'docs', 'infra', 'photos', 'backup', 'paper', 'website', 'firmware', 'models'];
const TOPICS = ['login', 'cache', 'parser', 'invoice', 'thumbnail', 'sensor', 'report', 'index', 'schema', 'release'];
const SAID = [
  'look at',
  'why did it fail in',
  'please run the tests of',
  'thanks, that fixed',
  'compare it with',
  'tidy up',
];

/** Events in log order, about two for each entry, until the thread has `entries` entries; the last one is at `until`. */
export function* sampleThread(options: { device: DeviceId; entries: number; until: number }): Generator<LogEvent> {
  const { device, entries, until } = options;
  const random = createRandom(20_261_123);
  const by: Actor = { kind: 'human', device };
  const self: Actor = { kind: 'device', device };
  let made = 0;
  let number = 0;
  let seq = 0;
  let at: Timestamp | undefined;
  let wall = until - (entries + 1) * MINUTE;
  const place = (body: EventBody, stream: RunId | 'thread', actor: Actor): LogEvent => {
    wall += 1 + random.below(2000);
    at = tick(at, wall);
    seq += 1;
    return { v: 1, device, seq, at, ...body, stream, by: actor };
  };
  while (made < entries) {
    wall = until - (entries - made) * MINUTE;
    if (random.below(4) === 0) {
      yield place(message(random), 'thread', random.below(3) === 0 ? { kind: 'assistant', device } : by);
      made += 1;
      continue;
    }
    number += 1;
    const run = random.id() as RunId;
    const left = entries - made - 1;
    const asks = left > 0 && random.below(3) === 0;
    const artifacts = Math.min(left - (asks ? 1 : 0), [0, 1, 1, 1, 2, 4][random.below(6)] ?? 0);
    for (const [body, actor] of runEvents({ random, run, number, device, wall, by, self, asks, artifacts })) {
      yield place(body, run, actor);
    }
    made += 1 + (asks ? 1 : 0) + artifacts;
  }
}

interface RunToMake {
  readonly random: Random;
  readonly run: RunId;
  readonly number: number;
  readonly device: DeviceId;
  readonly wall: number;
  readonly by: Actor;
  readonly self: Actor;
  readonly asks: boolean;
  readonly artifacts: number;
}

function* runEvents(options: RunToMake): Generator<readonly [EventBody, Actor]> {
  const { random, number, device, by, self, asks, artifacts } = options;
  const command = `${random.pick(VERBS)} ${random.pick(PLACES)}/${random.pick(TOPICS)}-${random.below(5000)}`;
  const action = {
    kind: 'shell',
    command,
    access: asks ? 'workspace-write' : 'read-only',
    cwd: '/home/me/work',
  } as const;
  const because = ['"!" asks for a shell command', 'this device is the only one'];
  const digest = random.digest() as Sha256;
  yield [
    {
      type: 'run.submitted',
      data: { number, task: `!${command}`, route: 'desktop-local', action, device, because },
    },
    by,
  ];
  yield [{ type: 'run.accepted', data: { because: ['policy: sample'], rule: 'sample' } }, self];
  if (asks) yield* approvalEvents(options, command, digest);
  yield [{ type: 'run.started', data: { digest } }, self];
  for (let index = 0; index < artifacts; index += 1) yield [artifact(random, index), self];
  const output = { bytes: random.below(200_000), droppedBytes: 0 };
  if (random.below(8) > 0) yield [{ type: 'run.completed', data: { exitCode: 0, output } }, self];
  else {
    const message = `"${command}" exited with status 1`;
    yield [{ type: 'run.failed', data: { reason: 'exit', message, exitCode: 1, output } }, self];
  }
}

function* approvalEvents(
  { random, device, wall, by, self }: RunToMake,
  command: string,
  digest: Sha256,
): Generator<readonly [EventBody, Actor]> {
  const approval = random.id() as ApprovalId;
  const access = 'workspace-write' as const;
  const payload = {
    command,
    cwd: '/home/me/work',
    executable: '/usr/bin/bash',
    envNames: [],
    access,
    enforced: 'full-access' as const,
  };
  yield [
    {
      type: 'approval.requested',
      data: {
        approval,
        title: command,
        description: `Run a shell command on ${device} in /home/me/work. Why you are asked: no rule allows it.`,
        payload,
        digest,
        decisions: ['approve', 'reject'],
        expiresAt: wall + 30 * MINUTE,
      },
    },
    self,
  ];
  yield [{ type: 'approval.decided', data: { approval, decision: 'approve', digest } }, by];
}

function artifact(random: Random, index: number): EventBody {
  const id = random.id() as ArtifactId;
  const sha256 = random.digest() as Sha256;
  const sizeBytes = 100 + random.below(1_000_000);
  if (index === 0) {
    const output = { id, name: 'output.log', kind: 'output', mimeType: 'text/plain', sizeBytes, sha256 } as const;
    return { type: 'artifact.created', data: { artifact: output } };
  }
  const name = `${random.pick(PLACES)}/${random.pick(TOPICS)}-${random.below(5000)}.pdf`;
  const file = { id, name, kind: 'document', mimeType: 'application/pdf', sizeBytes, sha256 } as const;
  return { type: 'artifact.created', data: { artifact: file } };
}

function message(random: Random): EventBody {
  const text = `${random.pick(SAID)} ${random.pick(TOPICS)} in ${random.pick(PLACES)}, number ${random.below(100_000)}`;
  return { type: 'message.said', data: { message: random.id() as MessageId, role: 'user', text } };
}

interface Random {
  /** From 0, below the limit. */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
  id(): string;
  digest(): string;
}

/** A linear congruential generator (Numerical Recipes): the same thread every time. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  const below = (limit: number): number => next() % limit;
  const spell = (alphabet: string, length: number): string => {
    let text = '';
    for (let index = 0; index < length; index += 1) text += alphabet.charAt(below(alphabet.length));
    return text;
  };
  let ids = 0;
  return {
    below,
    pick: (values) => values[below(values.length)] as (typeof values)[number],
    // A counter in the middle: with a million of them chance alone would repeat one.
    id: () => {
      let count = '';
      for (let rest = ids++, digit = 0; digit < 6; digit += 1, rest = Math.floor(rest / 32))
        count = CROCKFORD.charAt(rest % 32) + count;
      return spell(CROCKFORD, 5) + count + spell(CROCKFORD, 5);
    },
    digest: () => spell('0123456789abcdef', 64),
  };
}
