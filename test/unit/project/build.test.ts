// The bundler on a small project: what lands where, that it runs, and that stale is told from fresh.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build, isStale } from '../../../scripts/build.js';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const SOURCES = {
  'src/cli/main.ts': `
    const command: string | undefined = process.argv[2];
    if (command === 'lazy') (await import('../tui/app.ts')).show();
    else if (command === 'worker') (await import('../routes/inline/start.ts')).start();
    else console.log('eager');`,
  'src/tui/app.ts': `
    import xterm from '@xterm/headless';
    import { fileTypeFromBuffer } from 'file-type';
    export async function show(): Promise<void> {
      const type = await fileTypeFromBuffer(Buffer.from('%PDF-1.4\\n'));
      console.log(new xterm.Terminal({ cols: 20, rows: 5 }).cols, type?.ext);
    }`,
  'src/routes/inline/start.ts': `
    import { Worker } from 'node:worker_threads';
    export function start(): void {
      const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './inline-worker.js';
      new Worker(new URL(file, import.meta.url)).on('message', (text: string) => console.log(text));
    }`,
  'src/routes/inline/worker.ts': `
    import { parentPort } from 'node:worker_threads';
    parentPort?.postMessage('from the worker');`,
  'src/store/hash-worker.ts': 'export {};',
  'src/routes/desktop/local-files/transfer/piece-hasher-worker.ts': 'export {};',
  'src/tui/preview/preview-worker.ts': 'export {};',
  'src/peer/notification-worker.ts': 'export {};',
  'src/routes/desktop/browser-automation/browser-host.ts': 'export {};',
  'src/routes/desktop/desktop-automation/desktop-host.ts': 'export {};',
  'src/cloud/cloud-host.ts': 'export {};',
  'src/cloud/code/runner.ts': 'export {};',
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dispatch-build-'));
  for (const [file, text] of Object.entries(SOURCES)) put(file, text);
  put('package.json', '{ "type": "module" }');
  symlinkSync(MODULES, join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function run(...args: string[]): string {
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 20_000 });
  return result.stdout + result.stderr;
}

test('what is built runs as the sources do', async () => {
  await build(root);
  for (const [command, says] of [
    ['', 'eager\n'],
    ['lazy', '20 pdf\n'],
    ['worker', 'from the worker\n'],
  ] as const) {
    expect(run('dist/cli.js', command)).toBe(says);
    expect(run('src/cli/main.ts', command)).toBe(says);
  }
});

test('what is imported on demand stays out of the first file', async () => {
  const names = await build(root);
  expect(names).toEqual(expect.arrayContaining(['cli.js', 'cli.js.map', 'inline-worker.js']));
  expect(readFileSync(join(root, 'dist/cli.js'), 'utf8')).not.toContain('Terminal');
});

test('what is not of Latin 1 is escaped, and means what it meant', async () => {
  put('src/cli/main.ts', "console.log(/^[→↪]$/u.test('→'), `é…漢字`, '😀'.length, '\\\\→');");
  await build(root);
  const text = readFileSync(join(root, 'dist/cli.js'), 'utf8');
  expect(text).toContain('é');
  expect(text).not.toMatch(/[^\0-\xff]/);
  expect(run('dist/cli.js')).toBe('true é…漢字 2 \\→\n');
  // There an escape would be something else.
  put('src/cli/main.ts', "console.log(/\\→/.test('→'));");
  await expect(build(root)).rejects.toThrow('write "→" alone');
});

test('two builds are the same, and leave nothing of an older one', async () => {
  const contents = (): string[] =>
    readdirSync(join(root, 'dist')).map((name) => `${name}: ${readFileSync(join(root, 'dist', name), 'utf8')}`);
  await build(root);
  const first = contents();
  put('dist/app-OLD.js', 'left over');
  await build(root);
  expect(contents()).toEqual(first);
});

test('a project without sources builds to nothing', async () => {
  rmSync(join(root, 'src'), { recursive: true });
  expect(await build(root)).toEqual([]);
});

test('an entry that is missing is an error', async () => {
  await expect(
    build(root, {
      cli: 'src/cli/main.ts',
      'inline-worker': 'src/nowhere.ts',
      'hash-worker': 'src/nowhere.ts',
      'piece-hasher-worker': 'src/nowhere.ts',
      'preview-worker': 'src/nowhere.ts',
      'notification-worker': 'src/nowhere.ts',
      'browser-host': 'src/nowhere.ts',
      'desktop-host': 'src/nowhere.ts',
      'cloud-host': 'src/nowhere.ts',
      'cloud-runner': 'src/nowhere.ts',
    }),
  ).rejects.toThrow('nowhere');
});

test('an edit makes the build stale', async () => {
  expect(isStale(root)).toBe(true);
  await build(root);
  const later = new Date(Date.now() + 5000);
  utimesSync(join(root, 'dist/built'), later, later);
  expect(isStale(root)).toBe(false);
  const latest = new Date(Date.now() + 10_000);
  utimesSync(join(root, 'src/tui/app.ts'), latest, latest);
  expect(isStale(root)).toBe(true);
});
