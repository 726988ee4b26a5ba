/** The table of all commands. A module is loaded when its command is used, and not before: start-up is what people feel. */

import type { RegisteredCommand } from './command.ts';

export const COMMANDS: Readonly<Record<string, RegisteredCommand>> = {
  run: {
    group: 'Tasks',
    summary: 'run a command and see its output',
    load: async () => (await import('./commands/run.ts')).command,
  },
  files: {
    group: 'Tasks',
    summary: 'read, change and copy files, here and on other devices',
    load: async () => (await import('./commands/files.ts')).command,
  },
  browse: {
    group: 'Tasks',
    summary: 'open, read and use pages in a browser',
    load: async () => (await import('./commands/browse.ts')).command,
  },
  desktop: {
    group: 'Tasks',
    summary: 'look at a screen, or use its keyboard and mouse',
    load: async () => (await import('./commands/desktop.ts')).command,
  },
  ask: {
    group: 'Tasks',
    summary: 'ask a model, or the embedded knowledge',
    load: async () => (await import('./commands/ask.ts')).command,
  },
  code: {
    group: 'Tasks',
    summary: 'run a program in a sandbox elsewhere',
    load: async () => (await import('./commands/code.ts')).command,
  },
  eval: {
    group: 'Tasks',
    summary: 'evaluate an expression in the sandbox',
    load: async () => (await import('./commands/eval.ts')).command,
  },
  route: {
    group: 'Tasks',
    summary: 'say where a task would go, and why',
    load: async () => (await import('./commands/route.ts')).command,
  },
  ps: { group: 'Tasks', summary: 'list runs', load: async () => (await import('./commands/ps.ts')).command },
  show: {
    group: 'Tasks',
    summary: 'show one run, or where an artifact comes from',
    load: async () => (await import('./commands/show.ts')).command,
  },
  logs: {
    group: 'Tasks',
    summary: 'print the output of a run',
    load: async () => (await import('./commands/logs.ts')).command,
  },
  diff: {
    group: 'Tasks',
    summary: 'show where what two runs printed differs',
    load: async () => (await import('./commands/diff.ts')).command,
  },
  attach: {
    group: 'Tasks',
    summary: "use a run's terminal (C-] leaves)",
    load: async () => (await import('./commands/attach.ts')).command,
  },
  wait: {
    group: 'Tasks',
    summary: 'wait until runs are over',
    load: async () => (await import('./commands/wait.ts')).command,
  },
  cancel: { group: 'Tasks', summary: 'stop runs', load: async () => (await import('./commands/cancel.ts')).command },
  retry: {
    group: 'Tasks',
    summary: 'do a run again, as a new one',
    load: async () => (await import('./commands/retry.ts')).command,
  },
  reroute: {
    group: 'Tasks',
    summary: 'send a run that nobody has begun elsewhere',
    load: async () => (await import('./commands/reroute.ts')).command,
  },
  approvals: {
    group: 'Approvals',
    summary: 'list what waits for a yes or no',
    load: async () => (await import('./commands/approvals.ts')).command,
  },
  approve: {
    group: 'Approvals',
    summary: 'say yes',
    load: async () => (await import('./commands/approve.ts')).command,
  },
  reject: { group: 'Approvals', summary: 'say no', load: async () => (await import('./commands/reject.ts')).command },
  policy: {
    group: 'Approvals',
    summary: 'list, explain, add and remove rules',
    load: async () => (await import('./commands/policy.ts')).command,
  },
  audit: {
    group: 'Approvals',
    summary: 'tell who allowed what, and verify the record',
    load: async () => (await import('./commands/audit.ts')).command,
  },
  artifacts: {
    group: 'Results',
    summary: 'list what runs made',
    load: async () => (await import('./commands/artifacts.ts')).command,
  },
  get: { group: 'Results', summary: 'save an artifact', load: async () => (await import('./commands/get.ts')).command },
  open: {
    group: 'Results',
    summary: 'open an artifact in the program for it',
    load: async () => (await import('./commands/open.ts')).command,
  },
  thread: {
    group: 'Thread',
    summary: 'print the thread',
    load: async () => (await import('./commands/thread.ts')).command,
  },
  say: {
    group: 'Thread',
    summary: 'leave a message in the thread',
    load: async () => (await import('./commands/say.ts')).command,
  },
  export: {
    group: 'Thread',
    summary: 'write the whole thread to a file',
    load: async () => (await import('./commands/export.ts')).command,
  },
  search: {
    group: 'Thread',
    summary: 'search the thread',
    load: async () => (await import('./commands/search.ts')).command,
  },
  connector: {
    group: 'This device',
    summary: 'list, show and try connectors to services',
    load: async () => (await import('./commands/connector.ts')).command,
  },
  devices: {
    group: 'Devices',
    summary: 'list devices, or tell of one',
    load: async () => (await import('./commands/devices.ts')).command,
  },
  pair: {
    group: 'Devices',
    summary: 'let another device in, or take up its ticket',
    load: async () => (await import('./commands/pair.ts')).command,
  },
  revoke: {
    group: 'Devices',
    summary: 'end the pairing with a device',
    load: async () => (await import('./commands/revoke.ts')).command,
  },
  rename: {
    group: 'Devices',
    summary: 'call a device something else',
    load: async () => (await import('./commands/rename.ts')).command,
  },
  permissions: {
    group: 'This device',
    summary: 'show or set what is allowed on this device',
    load: async () => (await import('./commands/permissions.ts')).command,
  },
  peer: {
    group: 'This device',
    summary: 'the engine: run it, ask it, stop it',
    load: async () => (await import('./commands/peer.ts')).command,
  },
  config: {
    group: 'This device',
    summary: 'check and show the configuration',
    load: async () => (await import('./commands/config.ts')).command,
  },
  doctor: {
    group: 'This device',
    summary: 'check everything a run could need',
    load: async () => (await import('./commands/doctor.ts')).command,
  },
  cloud: {
    group: 'This device',
    summary: 'answer questions and run code for connectors, on loopback',
    load: async () => (await import('./commands/cloud.ts')).command,
  },
  completion: {
    group: 'This device',
    summary: 'print completion for a shell',
    load: async () => (await import('./commands/completion.ts')).command,
  },
  version: {
    group: 'This device',
    summary: 'print the version',
    load: async () => (await import('./commands/version.ts')).command,
  },
};
