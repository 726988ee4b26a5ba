import { expect, it } from 'vitest';
import type { Operation } from '../../../../src/routes/cloud/connector/operation.ts';
import { createReceivedFiles } from '../../../../src/routes/cloud/connector/received-files.ts';

it('brings no more files than anybody keeps, each under a name of its own, in time', async () => {
  const listed = Array.from({ length: 50_000 }, () => ({ name: 'plot.png', content: 'x' }));
  const files = createReceivedFiles({} as Operation, { language: 'x', source: '', stdin: '', files: [], timeoutMs: 1 });
  const names = new Set<string>();
  for await (const { name } of files.fromAnswer(listed)) names.add(name);
  expect(names.size).toBe(1001);
  expect([...names].slice(0, 2)).toEqual(['plot.png', 'plot-2.png']);
  for await (const { name } of files.fromAnswer(listed)) expect(name).toBe('none');
}, 5000);
