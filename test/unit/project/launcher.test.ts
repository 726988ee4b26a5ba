// bin/dispatch.js in a small tree of its own: which Node and which program it starts, and what it passes on.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../../bin/dispatch.js', import.meta.url));
const REPORT = `console.log(JSON.stringify({ from: import.meta.url.split('/').slice(-2).join('/'),
  args: process.argv.slice(2), node: process.versions.node, parent: process.ppid })); process.exitCode = 3;\n`;
// Makes one process, not its children, believe that it is an old Node.
const PRETEND_OLD = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });`;

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-launcher-')));
  put('package.json', '{ "type": "module" }');
  mkdirSync(join(root, 'bin'));
  cpSync(LAUNCHER, join(root, 'bin/dispatch.js'));
  put('old.js', PRETEND_OLD);
});
afterEach(() => rmSync(root, { recursive: true }));

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: _, NODE_OPTIONS: __, DISPATCH_DEV: ___, ...rest } = process.env;
  return { ...rest, XDG_CACHE_HOME: join(root, 'cache'), HOME: root, ...extra };
}

function launch(args: string[], options: { old?: boolean; env?: NodeJS.ProcessEnv } = {}): Launched {
  const before = options.old === true ? ['--import', join(root, 'old.js')] : [];
  const result = spawnSync(process.execPath, [...before, join(root, 'bin/dispatch.js'), ...args], {
    env: environment(options.env),
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: result.status, signal: result.signal, out: result.stdout, err: result.stderr };
}

interface Launched {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Puts a Node where `npm install` puts one. A copy, because its real path must be in the tree. */
function putLocalNode(): void {
  const local = join(root, 'node_modules/node/bin/node');
  mkdirSync(dirname(local), { recursive: true });
  put('node_modules/node/bin/wrapper.sh', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  cpSync(join(root, 'node_modules/node/bin/wrapper.sh'), local);
  spawnSync('chmod', ['755', local]);
}

describe('on a good Node', () => {
  test('the bundle is started, with the arguments, and its exit code comes back', () => {
    put('dist/cli.js', REPORT);
    put('src/cli/main.ts', REPORT);
    const { code, out } = launch(['run', '--', 'echo', 'a b', '']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ from: 'dist/cli.js', args: ['run', '--', 'echo', 'a b', ''] });
  });

  test('the sources are started where there is no bundle', () => {
    put('src/cli/main.ts', REPORT);
    expect(JSON.parse(launch([]).out)).toMatchObject({ from: 'cli/main.ts' });
  });

  test('DISPATCH_DEV=1 starts the sources though there is a bundle', () => {
    put('dist/cli.js', REPORT);
    put('src/cli/main.ts', REPORT);
    expect(JSON.parse(launch([], { env: { DISPATCH_DEV: '1' } }).out)).toMatchObject({ from: 'cli/main.ts' });
  });

  test('the code cache is for this user alone', () => {
    put('dist/cli.js', REPORT);
    launch([]);
    expect(statSync(join(root, 'cache/dispatch/code')).mode & 0o777).toBe(0o700);
  });

  test('an unwritable cache folder is no reason not to start', () => {
    put('dist/cli.js', REPORT);
    put('cache', 'a file where the folder should be');
    const { code, err } = launch([]);
    expect({ code, err }).toEqual({ code: 3, err: '' });
  });

  test('it works through a link, as npm installs it', () => {
    put('dist/cli.js', REPORT);
    symlinkSync(join(root, 'bin/dispatch.js'), join(root, 'dispatch'));
    const result = spawnSync(process.execPath, [join(root, 'dispatch'), 'x'], { env: environment(), encoding: 'utf8' });
    expect(JSON.parse(result.stdout)).toMatchObject({ from: 'dist/cli.js', args: ['x'] });
  });
});

describe('on an old Node', () => {
  test('without a local Node it says in one line what is needed', () => {
    put('dist/cli.js', REPORT);
    const { code, out, err } = launch([], { old: true });
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(err).toMatch(/^dispatch: this is Node 20\.1\.0, and Dispatch needs Node 22\.18 or newer: [^\n]+\n$/);
  });

  test('the local Node is started instead, and its exit code comes back', () => {
    putLocalNode();
    put('dist/cli.js', REPORT);
    const { code, out } = launch(['a b', 'c'], { old: true });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ args: ['a b', 'c'], node: process.versions.node });
  });

  test('a child that died of a signal is reported as such', () => {
    putLocalNode();
    put('dist/cli.js', `process.kill(process.pid, 'SIGKILL');`);
    expect(launch([], { old: true })).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s is passed on', async (signal) => {
    putLocalNode();
    put(
      'dist/cli.js',
      `process.on('${signal}', () => process.exit(42)); setInterval(() => {}, 1000); console.log('ready');`,
    );
    const args = ['--import', join(root, 'old.js'), join(root, 'bin/dispatch.js')];
    const child = spawn(process.execPath, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([42, null]);
  });
});
