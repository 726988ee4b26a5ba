// What people start, as it was built: what each start reads before its first line runs. Every file costs half a millisecond.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));
const read = (name: string): string => readFileSync(join(DIST, name), 'utf8');
const FILES = readdirSync(DIST).filter((name) => name.endsWith('.js'));
const sourcesOf = (name: string): string[] => {
  if (!existsSync(join(DIST, `${name}.map`))) return []; // it only passes on what another has
  const { sources } = JSON.parse(read(`${name}.map`)) as { sources: string[] };
  return sources.map((source) => source.replace(/^\.\.\//, ''));
};
const SOURCES = new Map(FILES.map((name) => [name, sourcesOf(name)]));
const IMPORTED = /^(?:import|export)\b[^;"]*"\.\/([^"]+)";/gm;

const fileOf = (source: string): string => {
  const file = FILES.find((name) => SOURCES.get(name)?.includes(source));
  if (file === undefined) throw new Error(`${source} is not in dist/`);
  return file;
};

/** The files that a start reads, itself included. */
function readBy(...sources: string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name] of read(file).matchAll(IMPORTED)) visit(name as string);
  };
  for (const source of ['src/cli/main.ts', ...sources]) visit(fileOf(source));
  return files;
}

test.each([
  ['dispatch', ['src/cli/default.ts', 'src/cli/dashboard.ts', 'src/cli/wrap-lines.ts'], 10],
  ['dispatch run', ['src/cli/commands/run.ts', 'src/cli/reach-peer.ts', 'src/cli/wrap-lines.ts'], 6],
  ['dispatch ps', ['src/cli/commands/ps.ts', 'src/cli/reach-peer.ts', 'src/cli/wrap-lines.ts'], 10],
] as const)('%s reads few files', (_command, sources, most) => {
  expect(readBy(...sources).size).toBeLessThanOrEqual(most);
});

test('only the dashboard reads what draws it', () => {
  const drawing = /^src\/tui\/views\/|\/blessed\/lib\//;
  const drawnBy = (...sources: string[]) =>
    [...readBy(...sources)].flatMap((file) => SOURCES.get(file)).filter((source) => drawing.test(source as string));
  expect(drawnBy('src/cli/dashboard.ts')).toContain('src/tui/views/render.ts');
  for (const other of [
    'src/cli/commands/run.ts',
    'src/cli/commands/ps.ts',
    'src/cli/commands/show.ts',
    'src/peer/start.ts',
  ])
    expect(drawnBy(other), other).toEqual([]);
});
