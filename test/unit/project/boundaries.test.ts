// Proves that every boundary rule bites, on a small tree in which each file breaks one rule and nothing else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../../../.dependency-cruiser.js';
import { checkBoundaries, cruise, type Findings, judge } from '../../../scripts/lib/boundaries.ts';

const THING = 'export const thing = 1;\n';
const use = (path: string): string => `import * as it from '${path}';\nexport const used = it;\n`;

/** What the wrong files import: they break nothing themselves. */
const SOUND: Record<string, string> = {
  'src/core/runs.ts': use('zod'),
  'src/protocol/api.ts': `import type { used } from '../core/runs.ts';\nexport type Api = typeof used;\nexport const thing = 1;\n`,
  'src/engine/ports.ts': `import type { Api } from '../protocol/api.ts';\nexport type Port = Api;\nexport const thing = 1;\n`,
  'src/store/log.ts': `import type { Port } from '../engine/ports.ts';\nimport { Level } from 'level';\nexport const log: [Port?] = [];\nexport const level = Level;\n`,
  'src/net/host.ts': use('libp2p'),
  'src/routes/desktop/shell.ts': use('node-pty'),
  'src/routes/desktop/tree.ts': use('node:child_process'),
  'src/routes/inline/sandbox.ts': use('quickjs-emscripten-core'),
  'src/routes/desktop/shell-reading/read.ts': use('unbash'),
  'src/peer/secrets/rules.ts': use('@secretlint/secretlint-rule-preset-recommend'),
  'src/peer/notify.ts': use('dbus-next'),
  'src/cloud/server.ts': use('minisearch'),
  'src/cloud/code/shell.ts': use('just-bash'),
  'src/cloud/code/run.ts': use('node:child_process'),
  'src/cloud/code/sandbox.ts': use('quickjs-emscripten-core'),
  'src/cli/cloud.ts': use('../cloud/server.ts'),
  'src/peer/cloud.ts': use('../cloud/server.ts'),
  'src/routes/cloud/send.ts': use('undici'),
  'src/config/check-connectors.ts': use('liquidjs'),
  'src/control/server.ts': use('../protocol/api.ts'),
  'src/control/client.ts': use('node:net'),
  'src/tui/model.ts': use('../control/client.ts'),
  'src/tui/terminal/screen.ts': use('blessed'),
  'src/config/load.ts': use('../core/runs.ts'),
  'src/peer/main.ts': use('../store/log.ts'),
  'src/cli/main.ts': use('../peer/main.ts'),
  'src/cli/start-peer.ts': use('node:child_process'),
  'src/tui/two.ts': use('./one.ts'), // a cycle is reported once, at its first file
  'test/helper.ts': THING,
};

/** Rule → file that breaks it → what the file imports. */
const WRONG: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['1-core-is-pure', 'src/core/reads-files.ts', 'node:fs'],
  ['1-core-is-pure', 'src/core/uses-library.ts', 'level'],
  ['1-core-is-pure', 'src/core/uses-store.ts', '../store/log.ts'],
  ['1-core-is-pure', 'src/core/uses-peer.ts', '../peer/main.ts'],
  ['2-protocol-imports-core', 'src/protocol/uses-engine.ts', '../engine/ports.ts'],
  ['2-engine-knows-no-adapter', 'src/engine/uses-store.ts', '../store/log.ts'],
  ['2-engine-knows-no-adapter', 'src/engine/uses-config.ts', '../config/load.ts'],
  ['2-engine-api-is-types', 'src/engine/uses-api-code.ts', '../protocol/api.ts'],
  ['3-adapters-stand-alone', 'src/store/uses-routes.ts', '../routes/desktop/shell.ts'],
  ['3-adapters-stand-alone', 'src/routes/uses-store.ts', '../store/log.ts'],
  ['3-adapters-stand-alone', 'src/net/uses-control.ts', '../control/server.ts'],
  ['3-adapters-stand-alone', 'src/control/server-uses-config.ts', '../config/load.ts'],
  ['3-ports-are-types', 'src/store/uses-ports-code.ts', '../engine/ports.ts'],
  ['3-cloud-stands-alone', 'src/cloud/uses-config.ts', '../config/load.ts'],
  ['3-cloud-is-started-by-cli-and-peer', 'src/tui/uses-cloud.ts', '../cloud/server.ts'],
  ['3-cloud-is-started-by-cli-and-peer', 'src/config/uses-cloud.ts', '../cloud/server.ts'],
  ['5-only-peer-imports-adapters', 'src/cloud/uses-store.ts', '../store/log.ts'],
  ['5-only-cli-imports-peer', 'src/cloud/uses-peer.ts', '../peer/main.ts'],
  ['4-tui-is-a-client', 'src/tui/uses-engine.ts', '../engine/ports.ts'],
  ['4-tui-is-a-client', 'src/tui/uses-config.ts', '../config/load.ts'],
  ['4-cli-is-a-client', 'src/cli/uses-engine.ts', '../engine/ports.ts'],
  ['4-config-is-a-leaf', 'src/config/uses-client.ts', '../control/client.ts'],
  ['5-only-peer-imports-adapters', 'src/tui/uses-store.ts', '../store/log.ts'],
  ['5-only-peer-imports-adapters', 'src/cli/uses-server.ts', '../control/server.ts'],
  ['5-only-peer-imports-adapters', 'src/config/uses-net.ts', '../net/host.ts'],
  ['5-only-cli-imports-peer', 'src/tui/uses-peer.ts', '../peer/main.ts'],
  ['5-only-cli-imports-peer', 'src/engine/uses-peer.ts', '../peer/main.ts'],
  ['5-peer-has-no-screen', 'src/peer/uses-tui.ts', '../tui/model.ts'],
  ['6-level-in-store', 'src/engine/uses-level.ts', 'level'],
  ['6-level-in-store', 'src/peer/uses-level.ts', 'classic-level'],
  ['6-libp2p-in-net', 'src/peer/uses-libp2p.ts', 'libp2p'],
  ['6-libp2p-in-net', 'src/control/uses-tcp.ts', '@libp2p/tcp'],
  ['6-pty-in-desktop-route', 'src/routes/inline/uses-pty.ts', 'node-pty'],
  ['6-processes-in-desktop-route', 'src/cli/uses-processes.ts', 'node:child_process'],
  ['6-processes-in-desktop-route', 'src/routes/inline/uses-processes.ts', 'child_process'],
  ['6-quickjs-in-sandboxes', 'src/routes/desktop/uses-quickjs.ts', '@jitl/quickjs-wasmfile-release-sync'],
  ['6-secretlint-in-peer', 'src/peer/uses-secretlint.ts', '@secretlint/secretlint-rule-preset-recommend'],
  ['6-dbus-in-peer', 'src/cli/uses-dbus.ts', 'dbus-next'],
  ['6-shell-parser-in-desktop-route', 'src/routes/desktop/uses-unbash.ts', 'unbash'],
  ['6-browser-in-browser-automation', 'src/routes/desktop/uses-browser.ts', 'playwright-core'],
  ['6-minisearch-and-just-bash-in-cloud', 'src/routes/inline/uses-minisearch.ts', 'minisearch'],
  ['6-minisearch-and-just-bash-in-cloud', 'src/peer/uses-just-bash.ts', 'just-bash'],
  ['6-processes-in-desktop-route', 'src/cloud/uses-processes.ts', 'node:child_process'],
  ['6-blessed-in-terminal', 'src/tui/views.ts', 'blessed'],
  ['6-http-in-cloud-route', 'src/net/uses-undici.ts', 'undici'],
  ['6-templates-in-cloud-route', 'src/config/uses-liquid.ts', 'liquidjs'],
  ['7-no-cycles', 'src/tui/one.ts', './two.ts'],
  ['7-no-barrels', 'src/tui/uses-index.ts', './views/index.ts'],
  ['src-stands-alone', 'src/cli/uses-test.ts', '../../test/helper.ts'],
  ['imports-resolve', 'src/cli/uses-nothing.ts', './not-there.ts'],
  ['no-development-tools', 'src/cli/uses-vitest.ts', 'vitest'],
];

const LIBRARIES = ['zod', 'level', 'classic-level', 'node-pty', 'blessed', 'quickjs-emscripten-core'].concat(
  '@jitl/quickjs-wasmfile-release-sync',
  'unbash',
  'dbus-next',
  'playwright-core',
  'undici',
  'liquidjs',
  '@secretlint/secretlint-rule-preset-recommend',
  'minisearch',
  'just-bash',
);

let root: string;
let found: Findings;

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function putLibrary(name: string): void {
  put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'main.js' }));
  put(`node_modules/${name}/main.js`, THING);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'dispatch-boundaries-'));
  const dependencies = Object.fromEntries(LIBRARIES.map((name) => [name, '1.0.0']));
  put(
    'package.json',
    JSON.stringify({ name: 'tree', type: 'module', dependencies, devDependencies: { vitest: '1.0.0' } }),
  );
  for (const name of [...LIBRARIES, 'vitest']) putLibrary(name);
  for (const [file, text] of Object.entries(SOUND)) put(file, text);
  for (const [, file, imports] of WRONG) put(file, use(imports));
  put('src/tui/views/index.ts', THING);
  found = await cruise(root);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the boundaries', () => {
  test.each(WRONG)('%s: %s may not import %s', (rule, file) => {
    const broken = found.violations.filter((violation) => violation.from === file);
    expect(broken.map((violation) => violation.rule)).toEqual([rule]);
  });

  test('nothing else is reported', () => {
    const wrong = new Set(WRONG.map(([, file]) => file));
    expect(found.violations.filter((violation) => !wrong.has(violation.from))).toEqual([]);
  });

  test('every rule is proven here', () => {
    const proven = new Set(WRONG.map(([rule]) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !proven.has(name))).toEqual([]);
  });

  test('a type may cross where code may not', () => {
    const from = (file: string): Findings['violations'] => found.violations.filter((item) => item.from === file);
    expect(from('src/store/log.ts')).toEqual([]);
    expect(from('src/engine/ports.ts')).toEqual([]);
  });
});

describe('the check', () => {
  test('sees every source file', () => {
    expect(found.sources).toBe(Object.keys(SOUND).filter((file) => file.startsWith('src/')).length + WRONG.length + 1);
    expect(found.unseen).toEqual([]);
  });

  test('fails, and names rule and files, where a rule is broken', async () => {
    const outcome = await checkBoundaries(root);
    expect(outcome.ok).toBe(false);
    expect(outcome.output).toContain('6-level-in-store: src/engine/uses-level.ts → ');
  });

  test('fails where files were passed over', () => {
    const outcome = judge({ violations: [], unseen: ['src/core/runs.ts'], sources: 7 });
    expect(outcome).toEqual({
      ok: false,
      output: 'dependency-cruiser passed over 1 of 7 source files: src/core/runs.ts',
    });
  });

  test('fails where there is nothing to look at', () => {
    expect(judge({ violations: [], unseen: [], sources: 0 }).ok).toBe(false);
  });

  test('passes a sound tree', () => {
    expect(judge({ violations: [], unseen: [], sources: 7 })).toEqual({ ok: true, output: '' });
  });
});
