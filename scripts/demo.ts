// `npm run demo`: two peers on this machine with homes of their own, as if they were two machines. They are paired with a real ticket,
// one runs a task on the other and is asked for a yes, an artifact is brought back, and the dashboard opens on it all. Without a
// terminal it prints the same, and ends. Nothing of it stays, and nothing of your own Dispatch is touched.
import { build, isStale } from './build.js';
import { removeLeftovers } from './demo/leftovers.ts';
import { fillWithLife } from './demo/life.ts';
import { createDemoPeer, type DemoPeer } from './demo/peer.ts';

/** Leaves the name of the home that it ran in: that of the other device. */
const TASK = [
  'for n in 1 2 3; do echo "step $n of 3"; sleep 0.4; done',
  'echo "$DISPATCH_DEVICE" > "$DISPATCH_ARTIFACTS/made-in.txt"',
].join('; ');

const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
const say = (line = ''): void => void process.stdout.write(`${line}\n`);

if (isStale()) await build();
await removeLeftovers();
let titles = 0;
const startedAt = performance.now();
const laptop = createDemoPeer('laptop');
const box = createDemoPeer('gpu-box');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
try {
  await play();
} catch (error) {
  process.exitCode = 1;
  console.error(`demo: ${(error as Error).message}`);
} finally {
  await Promise.all([laptop.end(), box.end()]);
}
if (process.exitCode === undefined) {
  say();
  say(`Both peers have ended and their homes are gone. That took ${seconds()} s.`);
}
process.exit();

async function play(): Promise<void> {
  say('Two devices on this machine, each with a home and a peer of its own:');
  say(`  laptop   ${laptop.home}`);
  say(`  gpu-box  ${box.home}`);
  await Promise.all([laptop.start(), box.start()]);
  await pair();
  await runThere();
  await bringBack();
  await look();
}

async function pair(): Promise<void> {
  title('gpu-box lets another device in, with a ticket that works once');
  const offer = ['pair', '--allow', 'run,approve,observe'];
  shown(box, [...offer, '--json']);
  const offering = box.type([...offer, '--json']);
  const { ticket } = JSON.parse((await offering.printed('\n')).split('\n', 1)[0] as string) as { ticket: string };
  say(`  ${ticket}`);
  title('laptop takes the ticket up');
  shown(laptop, ['pair', '-', '--yes']);
  indent(await laptop.run(['pair', '-', '--yes'], `${ticket}\n`));
  await offering.done;
  shown(laptop, ['devices']);
  indent(await laptop.run(['devices']));
}

async function runThere(): Promise<void> {
  title('laptop runs a task on gpu-box, which asks for a yes first');
  const args = ['run', '--on', box.name, '--', TASK];
  shown(laptop, args);
  const running = laptop.type(args);
  const early = running.done.then(({ code, out, err }) => {
    throw new Error(`the task on gpu-box ended with ${code} before anybody was asked: ${out}${err}`);
  });
  early.catch(() => {}); // it ends later, as it should
  const asked = until(async () => {
    const pending = JSON.parse(await laptop.run(['approvals', '--json'])) as readonly { id: string }[];
    return pending[0];
  });
  const waiting = await Promise.race([asked, early]);
  shown(laptop, ['approvals']);
  indent(await laptop.run(['approvals']));
  shown(laptop, ['approve', waiting.id]);
  indent(await laptop.run(['approve', waiting.id]));
  const { code, out, err } = await running.done;
  if (code !== 0) throw new Error(`the task on gpu-box exited with ${code}: ${out}${err}`);
  say('  what it printed there, live here:');
  indent(out);
}

async function bringBack(): Promise<void> {
  title('the file that it left comes back, checked against its hash');
  shown(laptop, ['artifacts']);
  indent(await laptop.run(['artifacts']));
  const artifacts = JSON.parse(await laptop.run(['artifacts', '--json'])) as readonly { id: string; name: string }[];
  const report = artifacts.find(({ name }) => name === 'made-in.txt');
  if (report === undefined) throw new Error(`gpu-box left no made-in.txt: ${JSON.stringify(artifacts)}`);
  shown(laptop, ['get', report.id, '-o', '-']);
  indent(await laptop.run(['get', report.id, '-o', '-']));
}

async function look(): Promise<void> {
  if (!hasTerminal) {
    title('the thread of laptop, as its dashboard shows it');
    shown(laptop, ['thread']);
    indent(await laptop.run(['thread']));
    return;
  }
  await fillWithLife(laptop, box);
  // Something to say yes to.
  const task = 'echo "approved in the dashboard" | tee "$DISPATCH_ARTIFACTS/answer.txt"';
  await laptop.run(['run', '--detach', '--on', box.name, '--', task]);
  title(`the dashboard of laptop opens (${seconds()} s so far): one more task waits there for your yes`);
  say('  Around it a morning of two devices: runs that go on, one that failed, an answer, files.');
  say('  Esc, a, y approves; Enter opens what is selected; ? shows every key; q leaves, and ends the demo.');
  say('  Press Enter.');
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  process.stdin.pause();
  await laptop.dashboard();
}

function title(text: string): void {
  titles += 1;
  say();
  say(`${titles}. ${text}`);
}

/** What somebody types on the device. */
function shown({ name }: DemoPeer, args: readonly string[]): void {
  const words = args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`));
  say(`  ${name}$ dispatch ${words.join(' ')}`);
}

function indent(text: string): void {
  for (const line of text.trimEnd().split('\n')) say(`    ${line}`);
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

/** Asks again until there is an answer; a task is offered to the other device before it asks for anything. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error('gpu-box asked for nothing within 20 s');
  }
}
