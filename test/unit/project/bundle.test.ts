// What people start, as it was built: what each start reads before its first line runs. Every file costs half a millisecond.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** What passes on what a source exports, to those that import it late. */
const DOORS = new Set(
  FILES.flatMap((name) => [...read(name).matchAll(/\bimport\("\.\/([^"]+)"\)/g)].map(([, file]) => file)),
);
const doorOf = (source: string): string => {
  const name = basename(source, '.ts');
  const door = [...DOORS].find((file) => file?.replace(/-[\w-]{8}\.js$/, '') === name);
  if (door === undefined) throw new Error(`${source} is imported late by nobody`);
  return door;
};

const importsOf = (file: string): string[] => [...read(file).matchAll(IMPORTED)].map(([, name]) => name as string);

/** The files that are read with these, themselves included. */
function readWith(...files: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    importsOf(file).forEach(visit);
  };
  files.forEach(visit);
  return seen;
}

test.each([
  ['dispatch', ['src/cli/default.ts', 'src/cli/dashboard.ts'], 10],
  ['dispatch run', ['src/cli/commands/run.ts', 'src/cli/reach-peer.ts'], 6],
  ['dispatch ps', ['src/cli/commands/ps.ts', 'src/cli/reach-peer.ts'], 8],
] as const)('%s reads few files', (_command, late, most) => {
  expect(readWith('cli.js', ...late.map(doorOf)).size).toBe(most);
});

test('only the dashboard reads what draws it', () => {
  const drawing = /^src\/tui\/views\/|\/blessed\/lib\//;
  const drawnBy = (source: string) =>
    [...readWith(fileOf(source))].flatMap((file) => SOURCES.get(file)).filter((found) => drawing.test(found as string));
  expect(drawnBy('src/cli/dashboard.ts')).toContain('src/tui/views/render.ts');
  for (const other of [
    'src/cli/commands/run.ts',
    'src/cli/commands/ps.ts',
    'src/cli/commands/show.ts',
    'src/peer/start.ts',
  ])
    expect(drawnBy(other), other).toEqual([]);
});

test('no file imports itself by way of others, or a program', () => {
  const programs = FILES.filter((file) => !/-[\w-]{8}\.js$/.test(file));
  expect(programs).toContain('preview-worker.js');
  for (const file of FILES) {
    const read = importsOf(file);
    expect(
      read.filter((name) => programs.includes(name)),
      file,
    ).toEqual([]);
    expect(readWith(...read).has(file), file).toBe(false);
  }
});
