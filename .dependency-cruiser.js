// Who may import whom: the boundaries of docs/ARCHITECTURE.md, one rule each. Type imports count as imports.
// The rules do not overlap, so that a wrong import names the one rule that it breaks.
import { fileURLToPath } from 'node:url';

/** A package, whether it is installed here or not. */
const library = (name) => `(^|/)node_modules/${name}(/|$)|^${name}(/|$)`;

const ADAPTERS = '^src/(store|net|routes|control/(server|http))(/|\\.ts$|-)';
const CONTROL_CLIENT = '^src/control/client(/|\\.ts$|-)';
/** The API of clients and that of other devices, which the engine implements. */
const ENGINE_API = '^src/protocol/(peer-|pairing-|connector-|audit-)?api\\.ts$';
const PORTS = '^src/engine/(peer-|owner-|executor-)?ports\\.ts$';
const PEER = '^src/peer/';
const CLOUD = '^src/cloud/';

export default {
  forbidden: [
    {
      name: '1-core-is-pure',
      comment:
        'core imports itself and zod: no Node modules, no clock, no randomness. What it needs of the world comes in as arguments.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', library('zod')] },
    },
    {
      name: '2-protocol-imports-core',
      comment: 'protocol describes what crosses a boundary, in the words of core and of nobody else.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/', pathNot: ['^src/(protocol|core)/', PEER] },
    },
    {
      name: '2-engine-knows-no-adapter',
      comment:
        'engine imports core, its own ports, and the API that it implements. It is given its adapters, and never names one.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/', pathNot: ['^src/(engine|core)/', ENGINE_API, PEER] },
    },
    {
      name: '2-engine-api-is-types',
      comment: 'The engine takes the types of its API from protocol; checking what comes in is for who receives it.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: ENGINE_API, dependencyTypesNot: ['type-only'] },
    },
    {
      name: '3-adapters-stand-alone',
      comment:
        'store, net, routes and control import core, protocol and the ports of the engine; never each other. What two of them need belongs in core or protocol.',
      severity: 'error',
      from: { path: '^src/(store|net|routes|control)/' },
      to: {
        path: '^src/',
        pathNot: ['^src/$1/', '^src/(core|protocol)/', PORTS, PEER],
      },
    },
    {
      name: '3-ports-are-types',
      comment: 'An adapter takes types from the ports of the engine, and no code.',
      severity: 'error',
      from: { path: '^src/(store|net|routes|control)/' },
      to: { path: PORTS, dependencyTypesNot: ['type-only'] },
    },
    {
      name: '3-cloud-stands-alone',
      comment:
        'The embedded server is reached over HTTP, as any connector is: it knows the domain, and nothing of Dispatch.',
      severity: 'error',
      from: { path: CLOUD },
      to: { path: '^src/', pathNot: ['^src/(cloud|core|protocol)/', ADAPTERS, PEER] },
    },
    {
      name: '3-cloud-is-started-by-cli-and-peer',
      comment: 'Who starts the embedded server may name it; all others know its address.',
      severity: 'error',
      from: { path: '^src/(tui|config)/' },
      to: { path: CLOUD },
    },
    {
      name: '4-tui-is-a-client',
      comment: 'tui reaches the engine as any client does: core, protocol and the client side of the control socket.',
      severity: 'error',
      from: { path: '^src/tui/' },
      to: { path: '^src/', pathNot: ['^src/(tui|core|protocol)/', CONTROL_CLIENT, ADAPTERS, PEER, CLOUD] },
    },
    {
      name: '4-cli-is-a-client',
      comment: 'cli imports what tui may, and tui, config and the peer that it starts.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/', pathNot: ['^src/(cli|tui|config|core|protocol|cloud)/', CONTROL_CLIENT, ADAPTERS, PEER] },
    },
    {
      name: '4-config-is-a-leaf',
      comment: 'config reads and checks a file. It imports the domain that the file speaks of, and nothing else.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: ['^src/(config|core|protocol)/', ADAPTERS, PEER, CLOUD] },
    },
    {
      name: '5-only-peer-imports-adapters',
      comment: 'The peer is the one place where adapters are wired into an engine.',
      severity: 'error',
      from: { path: '^src/(tui|cli|config|cloud)/' },
      to: { path: ADAPTERS },
    },
    {
      name: '5-only-cli-imports-peer',
      comment: 'The peer is started by the command line, and used by nobody else as code.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|peer|core)/'] },
      to: { path: PEER },
    },
    {
      name: '5-peer-has-no-screen',
      comment: 'A peer runs headless: it knows neither the dashboard nor the command line.',
      severity: 'error',
      from: { path: PEER },
      to: { path: '^src/(tui|cli)/' },
    },
    {
      name: '6-level-in-store',
      comment: 'One owner for each library: LevelDB is behind the store.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/', '^src/core/'] },
      to: { path: library('(level|classic-level|abstract-level)') },
    },
    {
      name: '6-libp2p-in-net',
      comment: 'One owner for each library: libp2p is behind net.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/net/', '^src/core/'] },
      to: { path: library('(libp2p|@libp2p/[^/]+|@chainsafe/libp2p-[^/]+|@multiformats/[^/]+)') },
    },
    {
      name: '6-pty-in-desktop-route',
      comment: 'One owner for each library: terminals for commands are made by the desktop route.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/desktop/', '^src/core/'] },
      to: { path: library('node-pty') },
    },
    {
      name: '6-processes-in-desktop-route',
      comment:
        'Child processes are started by the desktop route, where policy has been asked; besides, the command line starts the peer and opens artifacts and the editor, and the embedded server runs code in sandboxes.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/routes/desktop/', '^src/cli/(start-peer|open)\\.ts$', '^src/cloud/code/', PEER, '^src/core/'],
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: '6-secretlint-in-peer',
      comment: 'One owner for each library: what finds secrets in texts is wired by the peer.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/peer/secrets/', '^src/core/'] },
      to: { path: library('@secretlint/[^/]+') },
    },
    {
      name: '6-dbus-in-peer',
      comment:
        "Notifications on the desktop are the peer's; elements of windows are read by the process that drives the screen. Nobody else is on a bus.",
      severity: 'error',
      from: { path: '^src/', pathNot: [PEER, '^src/routes/desktop/desktop-automation/', '^src/core/'] },
      to: { path: library('dbus-next') },
    },
    {
      name: '6-browser-in-browser-automation',
      comment: 'One owner for each library: the browser is driven by the process that keeps its sessions.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/desktop/browser-automation/', '^src/core/'] },
      to: { path: library('(playwright-core|chrome-launcher)') },
    },
    {
      name: '6-shell-parser-in-desktop-route',
      comment: 'One owner for each library: shell text is read by the desktop route, and judged by core.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/desktop/shell-reading/', '^src/core/'] },
      to: { path: library('unbash') },
    },
    {
      name: '6-quickjs-in-sandboxes',
      comment:
        'QuickJS is behind two sandboxes, which are processes apart: that of the inline route and that of the embedded server.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/inline/', '^src/cloud/code/', '^src/core/'] },
      to: { path: library('(quickjs-emscripten[^/]*|@jitl/[^/]+)') },
    },
    {
      name: '6-minisearch-and-just-bash-in-cloud',
      comment: 'One owner for each library: documents are searched, and shells interpreted, by the embedded server.',
      severity: 'error',
      from: { path: '^src/', pathNot: [CLOUD, '^src/core/'] },
      to: { path: library('(minisearch|just-bash)') },
    },
    {
      name: '6-blessed-in-terminal',
      comment: 'One owner for each library: the screen is drawn by tui/terminal.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/tui/terminal/', '^src/core/'] },
      to: { path: library('(neo-)?blessed') },
    },
    {
      name: '6-http-in-cloud-route',
      comment: 'One owner for each library: services are spoken to by the cloud routes, and keys are kept for them.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/cloud/', '^src/core/'] },
      to: { path: library('(undici|eventsource-parser|@napi-rs/keyring)') },
    },
    {
      name: '6-templates-in-cloud-route',
      comment:
        'Templates and mappings are filled in by the cloud routes; config compiles them, to tell of broken ones.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/routes/cloud/', '^src/config/check-connectors\\.ts$', '^src/core/'] },
      to: { path: library('(liquidjs|jmespath)') },
    },
    {
      name: '7-no-cycles',
      comment: 'What imports each other is one thing in two files. Move what both need into a third.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: '7-no-barrels',
      comment: 'Import from the file that has the thing: a file that passes others on hides who uses what.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)index\\.[jt]s$', pathNot: 'node_modules' },
    },
    {
      name: 'src-stands-alone',
      comment: 'What is published needs neither tests nor scripts nor the tools of development.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/' },
      to: { path: '^(test|scripts|bin|dist)/' },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere, or to a tool of development, fails on the machine of a user.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/' },
      to: { couldNotResolve: true, pathNot: library('(libp2p|@libp2p/[^/]+)') },
    },
    {
      name: 'no-development-tools',
      comment: 'A package of devDependencies is not there on the machine of a user.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    tsConfig: { fileName: fileURLToPath(new URL('tsconfig.json', import.meta.url)) },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
