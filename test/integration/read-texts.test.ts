// Answers are read as Markdown in a real thread beside the dashboard: in one at a time, what came to be seen last before the others.

import type { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { MessageBody } from '../../src/tui/model/messages.ts';
import { createTextReader } from '../../src/tui/runners/text-runner.ts';

let atOnce = 0;
let most = 0;
const watch = (worker: Worker): void => {
  atOnce += 1;
  most = Math.max(most, atOnce);
  worker.once('exit', () => {
    atOnce -= 1;
  });
};
process.on('worker', watch);
afterEach(() => {
  process.off('worker', watch);
});

it('reads what is seen while one scrolls in one thread, the newest first', async () => {
  const told: MessageBody[] = [];
  const read = createTextReader((message) => told.push(message));
  const seen = (...ids: string[]) => read({ type: 'read-texts', texts: ids.map((id) => ({ id, text: `**${id}**` })) });
  await Promise.all([seen('a', 'b'), seen('c'), seen('d')]);
  await seen('e');
  expect(told.map((message) => (message.type === 'text-read' ? message.id : ''))).toEqual(['a', 'b', 'd', 'c', 'e']);
  expect(told[0]).toMatchObject({ document: { blocks: [{ pieces: [['a', 'strong']] }] } });
  expect(most).toBe(1);
});
