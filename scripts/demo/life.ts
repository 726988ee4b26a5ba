// A morning in the life of two devices, for the demo's dashboard: things that went well and wrong, things that go on while one looks,
// an answer, files, and one task that waits for a yes. All of it is real: nothing here writes into the thread but the commands.
import type { DemoPeer } from './peer.ts';

/** How long what goes on goes on, in seconds: longer than people look, and it ends with the demo in any case. */
const GOES_ON_S = 900;

export async function fillWithLife(laptop: DemoPeer, box: DemoPeer): Promise<void> {
  const onBox = ['run', '--yes', '--on', box.name];
  await laptop.run(['say', 'the price test fails since this morning, looking into it']);
  // It ends with 1, which is part of the picture.
  await laptop.type(['run', '--yes', '--', 'echo "price.test.js: expected 11.99, got 11.988"; exit 1']).done;
  await laptop.run(['run', '--yes', '--', REPORT]);
  await laptop.run(['ask', 'how do I pair a device']);
  await laptop.run(['eval', "runs().filter((run) => run.status === 'failed').length"]);
  await laptop.run(['run', '--on', '@all', '--yes', '--', 'uname -sr; nproc']);
  await laptop.run([...onBox, '--detach', '--', TRAINING]);
  await laptop.run(['run', '--yes', '--detach', '--', BUILD]);
}

const REPORT = [
  'printf "# Prices\\n\\n| product | expected | got |\\n| --- | ---: | ---: |\\n| tea | 11.99 | 11.988 |\\n" > "$DISPATCH_ARTIFACTS/report.md"',
  'echo "1 of 12 prices is wrong"',
].join('; ');

const TRAINING = `for n in $(seq 1 ${GOES_ON_S}); do echo "epoch $n  loss 0.$((1000 / (n + 1)))"; sleep 1; done`;
const BUILD = `for n in $(seq 1 ${GOES_ON_S * 2}); do echo "compiled module $n of ${GOES_ON_S * 2}"; sleep 0.5; done`;
