#!/usr/bin/env node
// Starts Dispatch on a Node that can run it, and nothing more: it finds the Node, turns the compile cache on and
// imports the command line. It parses on any Node that knows ES modules, so that an old one gets an answer, not a
// syntax error. What it imports here every start pays for: keep it to modules that Node itself has loaded already.
import module from 'node:module';

// `import` of a built-in module evaluates all that it exports, what Node itself loads late included; `require` does not.
const require = module.createRequire(import.meta.url);
const { existsSync, mkdirSync, realpathSync, statSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');
const { fileURLToPath } = require('node:url');

const NEEDED = [22, 18];
const CANNOT_DO_IT = 125;
const root = fileURLToPath(new URL('..', import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) start();
else startOnLocalNode();

function start() {
  enableCache();
  const bundle = join(root, 'dist', 'cli.js');
  // DISPATCH_DEV=1 runs the sources even where a bundle is there, so that an edit is seen without a build.
  const entry = process.env.DISPATCH_DEV !== '1' && existsSync(bundle) ? '../dist/cli.js' : '../src/cli/main.ts';
  void import(new URL(entry, import.meta.url).href);
}

// Cached code is code: it is read only from a folder that is this user's own, and there is no fall-back to a shared
// temporary folder, where somebody else could have put it first.
function enableCache() {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  try {
    const folder = join(cacheHome(), 'dispatch', 'code');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.getuid && statSync(folder).uid !== process.getuid()) return;
    module.enableCompileCache(folder);
  } catch {
    // Without a cache the start is some milliseconds slower: never a reason not to start.
  }
}

function cacheHome() {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

function startOnLocalNode() {
  const local = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(local) || realpathSync(local) === realpathSync(process.execPath)) {
    process.stderr.write(
      `dispatch: this is Node ${process.versions.node}, and Dispatch needs Node ${NEEDED.join('.')} or newer: ` +
        'install one, or run npm install in the project, which brings its own\n',
    );
    process.exitCode = CANNOT_DO_IT;
    return;
  }
  void import('node:child_process').then(({ spawn }) => relaunch(spawn, local));
}

// An old Node cannot replace itself (process.execve came with 23.11), so it stays as a parent that passes signals and
// the exit status on.
function relaunch(spawn, local) {
  const child = spawn(local, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends these to the whole group: the child has had its own already, and a second one would count twice.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const handlers = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'].map((name, index) => {
    const handler = () => {
      if (index > 1 || !onTerminal) child.kill(name);
    };
    process.on(name, handler);
    return [name, handler];
  });
  child.on('error', (error) => {
    process.stderr.write(`dispatch: cannot start ${local}: ${error.message}: run npm install again\n`);
    process.exit(CANNOT_DO_IT);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const [name, handler] of handlers) process.removeListener(name, handler);
    process.kill(process.pid, signal);
  });
}
