// Bundles the sources into dist/, which is what people start: loading a few files is several times faster than
// loading hundreds. Plain JavaScript, so that `npm install` can run it with whatever Node is there.
//
// What a source file needs to know about it:
// - Everything lands flat in dist/. `await import('./x.ts')` becomes a chunk that is read when it is reached: that is
//   how a command keeps the engine, the dashboard and the other commands out of its own start.
// - A file started on its own (a worker) is an entry below, and the one who starts it finds it, in both worlds, with
//     new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './inline-worker.js', import.meta.url)
//   and a file beside dist/ and src/, by the same rule, from src/cli/ for example, with
//     new URL(import.meta.url.endsWith('.ts') ? '../../bin/dispatch.js' : '../bin/dispatch.js', import.meta.url)
// - Write `import * as z from 'zod'` (or, lighter yet, from 'zod/mini'): `import { z }` brings all of zod, 750 kB,
//   into the bundle, and costs every start 20 ms.
//
// Usage: node scripts/build.js [--if-stale]
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Name in dist/ → source: the programs and worker files that are started by their path. */
const ENTRIES = {
  cli: 'src/cli/main.ts',
  'inline-worker': 'src/routes/inline/worker.ts',
  'hash-worker': 'src/store/hash-worker.ts',
  'piece-hasher-worker': 'src/routes/desktop/local-files/transfer/piece-hasher-worker.ts',
  'preview-worker': 'src/tui/preview/preview-worker.ts',
  'notification-worker': 'src/peer/notification-worker.ts',
  'browser-host': 'src/routes/desktop/browser-automation/browser-host.ts',
  'desktop-host': 'src/routes/desktop/desktop-automation/desktop-host.ts',
  'cloud-host': 'src/cloud/cloud-host.ts',
  'cloud-runner': 'src/cloud/code/runner.ts',
};

/** Folders of data that are read at run time, by the rule above: name in dist/ → source. */
const DATA = { presets: 'src/config/presets' };

/** Native code, wasm beside the script, or code that breaks when bundled: loaded from node_modules at run time. */
const EXTERNAL = [
  'node-pty',
  'level',
  'classic-level',
  '@jitl/*',
  '@napi-rs/keyring',
  'quickjs-emscripten-core',
  'playwright-core',
  'dbus-next',
  'just-bash',
  'liquidjs',
];

/**
 * Of blessed only its program and its screen are used (src/tui/terminal/blessed-renderer.ts), without terminfo: bundled, and without
 * what is for terminfo alone, they start twice as fast as its fourteen files. Its whole is asked for only where it is not reached.
 */
const leanBlessed = {
  name: 'lean-blessed',
  setup({ onResolve, onLoad }) {
    const inside = /[\\/]blessed[\\/]lib[\\/]/;
    onResolve({ filter: /^\.\.\/$/ }, ({ importer }) =>
      inside.test(importer) ? { path: 'blessed', external: true } : undefined,
    );
    onResolve({ filter: /^\.\/(?:tput|gpmclient)$/ }, ({ importer }) =>
      inside.test(importer) ? { path: importer, namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); ";

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles `root`, and returns the names of the files written, sorted; none where there is nothing to build. */
export async function build(root = PROJECT, entries = ENTRIES) {
  if (!existsSync(join(root, entries.cli))) return [];
  const { build: bundle } = await import('esbuild');
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: entries,
    external: EXTERNAL,
    plugins: [leanBlessed],
    outdir: join(root, 'dist'),
    write: false,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.18',
    minifySyntax: true,
    sourcemap: 'linked',
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
  });
  copyData(root);
  return write(join(root, 'dist'), outputFiles);
}

// Each file appears whole, and those that went are removed last: a process that starts meanwhile finds what it needs.
function write(dist, files) {
  mkdirSync(dist, { recursive: true });
  const names = files.map((file) => file.path.slice(dist.length + 1)).sort();
  for (const file of files) {
    const part = `${file.path}.${process.pid}.part`;
    writeFileSync(part, file.path.endsWith('.js') ? withLateBuiltins(withRequire(file.text)) : file.text);
    renameSync(part, file.path);
  }
  writeFileSync(join(dist, 'built'), '');
  for (const name of readdirSync(dist)) {
    if (!names.includes(name) && name !== 'built' && !name.endsWith('.part') && !(name in DATA))
      rmSync(join(dist, name));
  }
  return names;
}

// As above: whole, and what went is removed last.
function copyData(root) {
  for (const [name, source] of Object.entries(DATA)) {
    if (!existsSync(join(root, source))) continue;
    const folder = join(root, 'dist', name);
    mkdirSync(folder, { recursive: true });
    const files = readdirSync(join(root, source));
    for (const file of files) {
      const part = join(folder, `${file}.${process.pid}.part`);
      copyFileSync(join(root, source, file), part);
      renameSync(part, join(folder, file));
    }
    for (const file of readdirSync(folder)) {
      if (!files.includes(file) && !file.endsWith('.part')) rmSync(join(folder, file));
    }
  }
}

// An `import` of a built-in module evaluates everything that it exports, also what Node loads late: some milliseconds for
// node:fs, node:util and node:process each. Taking only what is named does not. Line by line, so the source maps stay true.
function withLateBuiltins(text) {
  return text.replace(
    /^import (?:\* as (\w+)|(\w+)|\{([^}]*)\}) from "(node:[\w/]+)";/gm,
    (_all, namespace, main, names, id) =>
      `const ${namespace ?? main ?? `{${names.replace(/ as /g, ': ')}}`} = process.getBuiltinModule("${id}");`,
  );
}

// CommonJS packages ask for `require`, which modules do not have. On the first line, so the source map stays true.
function withRequire(text) {
  return text.includes('Dynamic require of "') && text.includes('typeof require') ? REQUIRE + text : text;
}

/** True if dist/ is older than anything it is made from, or is not there. */
export function isStale(root = PROJECT) {
  const built = mtime(join(root, 'dist', 'built'));
  const made = [join(root, 'package-lock.json'), join(root, 'tsconfig.json'), fileURLToPath(import.meta.url)];
  return made.some((path) => mtime(path) >= built) || newest(join(root, 'src')) >= built;
}

function newest(folder) {
  let time = mtime(folder); // a folder's own time tells of files that went
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : mtime(path));
  }
  return time;
}

function mtime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function size(names) {
  return names
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + readFileSync(join(PROJECT, 'dist', name)).length, 0);
}

async function main() {
  const started = performance.now();
  if (process.argv.includes('--if-stale') && existsSync(join(PROJECT, 'src')) && !isStale()) return;
  try {
    const names = await build();
    if (names.length === 0) return;
    const scripts = names.filter((name) => name.endsWith('.js')).length;
    const took = Math.round(performance.now() - started);
    console.log(`dist/: ${scripts} files, ${Math.round(size(names) / 1024)} kB, in ${took} ms`);
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') {
      // Installed without the tools of development: the sources run as they are.
      console.log('dist/ is not built, as esbuild is not installed: npm install without --omit=dev brings it');
      return;
    }
    if (!error.errors) throw error; // esbuild has shown its own
    process.exitCode = 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
