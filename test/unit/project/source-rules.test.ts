// Proves that the rules about source text bite, and that they leave honest sources alone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSources, findBreaches } from '../../../scripts/lib/source-rules.ts';

test.each([
  ['src/engine/engine.ts', 'process.stdout.write(text);'],
  ['src/store/log.ts', 'console.log(text);'],
  ['src/tui/views/thread.ts', 'process.stderr.columns'],
  ['src/routes/desktop/shell.ts', 'writeSync(1, text);'],
  ['src/core/runs.ts', 'const at = Date.now();'],
  ['src/core/runs.ts', 'const at = new Date();'],
  ['src/core/runs.ts', 'const id = Math.random();'],
  ['src/core/runs.ts', 'const id = crypto.randomUUID();'],
  ['src/core/runs.ts', 'setTimeout(work, 10);'],
  ['src/core/runs.ts', 'if (process.env.HOME) {'],
])('%s may not say %s', (file, line) => {
  const breaches = findBreaches(file, `const one = 1;\n${line}\n`);
  expect(breaches).toHaveLength(1);
  expect(breaches[0]).toContain(`${file}:2: `);
  expect(breaches[0]).toContain(line);
});

test.each([
  ['src/cli/run.ts', 'process.stdout.write(text);'],
  ['src/peer/main.ts', 'process.stderr.write(text);'],
  ['src/tui/terminal/screen.ts', 'process.stdout.write(text);'],
  ['src/tui/plain/plain.ts', 'process.stdout.write(text);'],
  ['src/engine/engine.ts', 'const at = Date.now();'],
  ['src/core/runs.ts', 'const at = new Date(event.at);'],
  ['src/core/runs.ts', '// Date.now() would tie the domain to a clock'],
  ['src/store/log.ts', '/* console.log is for the command line */'],
])('%s may say %s', (file, line) => {
  expect(findBreaches(file, `${line}\n`)).toEqual([]);
});

test('a file has a place in the architecture', () => {
  expect(findBreaches('src/utils/strings.ts', '')).toEqual([
    'src/utils/strings.ts: not in one of the folders of the architecture',
  ]);
});

test('400 lines are most', () => {
  expect(findBreaches('src/core/runs.ts', 'one();\n'.repeat(400))).toEqual([]);
  expect(findBreaches('src/core/runs.ts', 'one();\n'.repeat(401))).toEqual([
    'src/core/runs.ts: 401 lines, and 400 is most',
  ]);
});

test('the check reads every source file', async () => {
  const root = mkdtempSync(join(tmpdir(), 'dispatch-sources-'));
  try {
    mkdirSync(join(root, 'src/core/policy'), { recursive: true });
    writeFileSync(join(root, 'src/core/policy/rules.ts'), 'export const at = Date.now();\n');
    writeFileSync(join(root, 'src/core/runs.ts'), 'export const one = 1;\n');
    const outcome = await checkSources(root);
    expect(outcome.ok).toBe(false);
    expect(outcome.output).toMatch(/^src\/core\/policy\/rules\.ts:1: core takes time[^\n]*$/);
  } finally {
    rmSync(root, { recursive: true });
  }
});
