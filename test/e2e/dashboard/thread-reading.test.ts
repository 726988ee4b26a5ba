// Reading the thread: an answer as Markdown in a real terminal, entries folded and unfolded, code in its colours.
import { mkdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
let model: ModelServer | undefined;
afterEach(async () => {
  await model?.close();
  model = undefined;
});

const ANSWER = `## Two ways

1. **Wait** for it, or
   - nested
2. call \`stop()\`:

\`\`\`ts
const why = "enough"; // of this
\`\`\`

| name | size |
| :--- | ---: |
| a.txt | 12 kB |
`;

async function asked(said: string, env: Record<string, string> = {}) {
  const server = await startModelServer(() => ({ text: said }));
  model = server;
  const home = await peers.home('near', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${server.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n[assistant]\nconnector = "model"\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  await home.begin();
  mkdirSync(projectOf(home), { recursive: true });
  const dashboard = await stage.open(home, { env });
  await dashboard.waitFor('1 Thread');
  dashboard.submit('how do I stop it, please?');
  return dashboard;
}

test('an answer is read as Markdown, in the thread and on a page of its own', async () => {
  const dashboard = await asked(ANSWER);
  await dashboard.waitFor(/## Two ways/, 30_000);
  await dashboard.waitFor('• nested');
  await dashboard.waitFor(/name +│ +size/);
  expect(dashboard.screen()).not.toMatch(/\*\*Wait\*\*|```/);
  await dashboard.go(1);
  dashboard.press('G');
  dashboard.press('enter');
  await dashboard.waitFor('Message');
  await dashboard.waitFor('• nested');
  expect(dashboard.screen()).not.toMatch(/\*\*Wait\*\*|```/);
}, 90_000);

test('a long answer is folded to a row and unfolded to all of it', async () => {
  const dashboard = await asked(Array.from({ length: 25 }, (_, index) => `- point ${index}`).join('\n'));
  await dashboard.waitFor('there is more', 30_000);
  await dashboard.go(1);
  dashboard.press('G');
  dashboard.press('l');
  await dashboard.waitFor('point 24');
  dashboard.press('h', 'h');
  await dashboard.waitFor(/point 0 …/);
  expect(dashboard.screen()).not.toContain('point 3');
}, 90_000);

const LINKS = `Read [the guide](https://guide.example/a;b?c=1) first.

Not [this](javascript:alert(1)), nor [that](https://bank.example@evil.example/), nor [one](<https://e.example/\x1b\\\x1b]0;gotcha\x07>).
`;

/** Where the links lead that the terminal was told of. */
const linksIn = (dashboard: Awaited<ReturnType<typeof asked>>): string[] =>
  [
    ...new Set(
      [
        ...dashboard
          .output()
          .toString()
          .matchAll(/\x1b\]8;([^\x1b\x07]*)/g),
      ].map(([, said]) => said ?? ''),
    ),
  ].sort();

test('an answer leads to the web where it says so, and nowhere else', async () => {
  const dashboard = await asked(LINKS);
  await dashboard.waitFor(/the guide \(https:\/\/guide\.example/, 30_000);
  await dashboard.waitFor('gotcha');
  expect(linksIn(dashboard)).toEqual([';', ';https://guide.example/a%3Bb?c=1']);
  expect(dashboard.title()).not.toContain('gotcha');
  await dashboard.go(1);
  dashboard.press('G');
  dashboard.press('enter');
  await dashboard.waitFor('Message');
  expect(linksIn(dashboard)).toHaveLength(2);
}, 90_000);

test('a console that would print links is told of none', async () => {
  const dashboard = await asked(LINKS, { TERM: 'linux' });
  await dashboard.waitFor(/the guide \(https:\/\/guide\.example/, 30_000);
  expect(linksIn(dashboard)).toEqual([]);
}, 90_000);
