// Bundles the sources into dist/, which is what people start: loading a few files is several times faster than
// loading hundreds. Plain JavaScript, so that a Node that does not read TypeScript can run it: rolldown asks for 20.19.
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
  realpathSync,
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
  '@jitl',
  '@napi-rs/keyring',
  'quickjs-emscripten-core',
  'playwright-core',
  'dbus-next',
  'just-bash',
  'liquidjs',
];

/**
 * The starts that are to be fast, by the sources that they load. Every file costs a start half a millisecond: so what these load is
 * put into a few files, and not into one for each set of commands that happens to share it.
 */
const ANY = 'src/cli/main.ts';
const RUN = ['src/cli/commands/run.ts', 'src/cli/reach-peer.ts', 'src/cli/wrap-lines.ts'];
const DASHBOARD = ['src/cli/default.ts', 'src/cli/dashboard.ts', 'src/cli/wrap-lines.ts'];

/** What shares much with the dashboard: the peer gets a file of what both load, and who seldom starts loads the dashboard's. */
const PEER = 'src/peer/start.ts';
const RARE = ['src/tui/plain/plain.ts', 'src/cli/key-settings.ts'];

/**
 * Of blessed only its program and its screen are used (src/tui/terminal/blessed-renderer.ts), without terminfo: bundled, and without
 * what is for terminfo alone, they start twice as fast as its fourteen files. Its whole is asked for only where it is not reached.
 */
const leanBlessed = {
  name: 'lean-blessed',
  resolveId(source, importer) {
    if (importer === undefined || !/[\\/]blessed[\\/]lib[\\/]/.test(importer)) return undefined;
    if (source === '../') return { id: 'blessed', external: true };
    if (/^\.\.?\/colors$/.test(source)) return ALL_COLOURS;
    return source === './tput' || source === './gpmclient' ? LEFT_OUT : undefined;
  },
  load: (id) => STAND_INS[id],
};

const LEFT_OUT = '\0left-out';
const ALL_COLOURS = '\0all-colours';

const STAND_INS = {
  [LEFT_OUT]: 'module.exports = {};',
  // Blessed is told that there are 256 colours. Its own module compares all of them with the first 16 before anything is drawn.
  [ALL_COLOURS]: 'exports.reduce = (colour) => colour;',
};

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles what is in `folder`, and returns the names of the files written, sorted; none where there is nothing to build. */
export async function build(folder = PROJECT, entries = ENTRIES) {
  const root = realpathSync(folder); // sources are known by their real path
  if (!existsSync(join(root, entries.cli))) return [];
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    external: (id) => EXTERNAL.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [leanBlessed],
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    transform: { target: 'node22.18' },
    logLevel: 'warn',
    checks: { ineffectiveDynamicImport: false },
  });
  try {
    let files;
    const { output } = await bundle.generate({
      dir: join(root, 'dist'),
      format: 'esm',
      sourcemap: true,
      comments: { legal: true, annotation: false, jsdoc: false },
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [
          {
            debugName: 'starts',
            name(id, context) {
              files ??= filesOf(root, Object.values(entries), (one) => context.getModuleInfo(one));
              return files.get(id) ?? null;
            },
          },
        ],
      },
    });
    copyData(root);
    return write(join(root, 'dist'), output);
  } finally {
    await bundle.close();
  }
}

/**
 * The file of each source that a fast start loads, by who else loads it. Whoever loads a source loads what it imports: so no two of
 * these files import each other.
 */
function filesOf(root, entries, getModuleInfo) {
  const at = (source) => join(root, source);
  const reach = (sources, { late = false, without = [] } = {}) => {
    const seen = new Set(without.map(at));
    const found = new Set();
    const visit = (id) => {
      const info = seen.has(id) ? null : getModuleInfo(id);
      if (info === null) return;
      seen.add(id);
      found.add(id);
      info.importedIds.forEach(visit);
      if (late) info.dynamicallyImportedIds.forEach(visit);
    };
    sources.map(at).forEach(visit);
    return found;
  };
  const any = reach([ANY]);
  const run = reach(RUN);
  const dashboard = reach(DASHBOARD);
  const peer = reach([PEER], { late: true });
  const others = reach(entries, { late: true, without: [...DASHBOARD, PEER, ...RARE] });
  const fileOf = (id) => {
    if (any.has(id)) return 'base';
    if (run.has(id)) return dashboard.has(id) ? 'client' : 'run';
    return ['dashboard', peer.has(id) && 'peer', others.has(id) && 'commands'].filter(Boolean).join('-');
  };
  const files = new Map([...any, ...run, ...dashboard].map((id) => [id, fileOf(id)]));
  files.delete(at(ANY)); // it waits for what it imports late: nothing may wait for it
  return files;
}

// Each file appears whole, and those that went are removed last: a process that starts meanwhile finds what it needs.
function write(dist, files) {
  mkdirSync(dist, { recursive: true });
  const names = files.map((file) => file.fileName).sort();
  for (const file of files) {
    const part = join(dist, `${file.fileName}.${process.pid}.part`);
    writeFileSync(part, file.type === 'chunk' ? inLatin1(withLateBuiltins(file.code)) : file.source);
    renameSync(part, join(dist, file.fileName));
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
    /^import (\* as [\w$]+|[\w$]+)?(?:, )?(?:\{([^}]*)\})? from "(node:[\w/]+)";/gm,
    (_all, whole, names, id) => {
      const parts = [whole?.replace('* as ', ''), names && `{${names.replace(/ as /g, ': ')}}`].filter(Boolean);
      return parts.map((part) => `const ${part} = process.getBuiltinModule("${id}");`).join(' ');
    },
  );
}

// One character beyond Latin 1, and V8 keeps the whole text of a file in two bytes for each of its characters. In strings, templates
// and regular expressions an escape is the same, but behind a backslash, and in what String.raw is given: nothing here is so written.
function inLatin1(text) {
  return text.replace(/(\\*)([^\0-\xff])/g, (_all, before, unit) => {
    if (before.length % 2 === 1) throw new Error(`"\\${unit}" in a source: write "${unit}" alone, or its \\u escape`);
    return `${before}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
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
      console.log('dist/ is not built, as rolldown is not installed: npm install without --omit=dev brings it');
      return;
    }
    throw error;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
