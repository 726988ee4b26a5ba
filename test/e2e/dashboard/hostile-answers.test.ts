// Hostile text as what an assistant answers, which is read as Markdown: in the thread, unfolded, and on a page of its own. The
// terminal around the dashboard gets nothing but drawing, and a key is answered.
import { mkdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { BOMBS, HOSTILE_ANSWERS } from '../../fixtures/hostile/answers.ts';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { expectNoHarm } from '../../helpers/no-harm.ts';
import { peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
let model: ModelServer | undefined;
afterEach(async () => {
  await model?.close();
  model = undefined;
});

/** A dashboard with an assistant that answers with one of them after the other. */
async function assisted(answers: readonly string[]): Promise<Dashboard> {
  const server = await startModelServer((_, index) => ({ text: answers[index] ?? '' }));
  model = server;
  const home = await peers.home('near', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${server.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n[assistant]\nconnector = "model"\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  await home.begin();
  mkdirSync(projectOf(home), { recursive: true });
  const dashboard = await stage.open(home);
  await dashboard.waitFor('1 Thread');
  return dashboard;
}

test('the corpus wherever Markdown has a text', async () => {
  const all = HOSTILE_ANSWERS.map(([, text]) => text).join('\n\n');
  const dashboard = await assisted([`${all}\n\n# The *last* of it`]);
  const from = dashboard.written();
  dashboard.submit('what is on that page, please?');
  await dashboard.waitFor('## titles', 30_000);
  await dashboard.waitFor('there is more');
  await dashboard.go(1);
  dashboard.press('G');
  dashboard.press('l');
  await dashboard.waitFor('test-model');
  for (let page = 0; page < 12; page += 1) dashboard.press('pageup');
  await expectNoHarm(dashboard, from);
  dashboard.press('G');
  dashboard.press('enter');
  await dashboard.waitFor('Message');
  await dashboard.waitGone('# The *last*');
  for (let page = 0; page < 40; page += 1) dashboard.press('pagedown');
  dashboard.press('G');
  await dashboard.waitFor('# The last of it');
  await expectNoHarm(dashboard, from);
  expect(dashboard.output().subarray(from).toString()).toContain('\x1b]8;;https://links.example/');
}, 120_000);

test('answers that are short and become long leave the keys answered', async () => {
  const bombs = Object.values(BOMBS);
  const dashboard = await assisted(bombs.map((text, index) => `# Page ${index}\n\n${text}`));
  const from = dashboard.written();
  for (const [index] of bombs.entries()) {
    dashboard.submit(`what is on page ${index}, please?`);
    await dashboard.waitFor(new RegExp(`# Page ${index}\\b`), 30_000);
    await expectNoHarm(dashboard, from);
  }
  await dashboard.go(1);
  dashboard.press('home');
  dashboard.press('end');
  dashboard.press('enter');
  await expectNoHarm(dashboard, from);
}, 180_000);
