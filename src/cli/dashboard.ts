/** Opens the dashboard: at once, before any peer has answered, so that a person sees it come up. */

import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { runDashboard } from '../tui/app/app.ts';
import { openScreen } from '../tui/terminal/screen.ts';
import type { CliContext } from './context.ts';
import { findOpener, runEditor } from './open.ts';
import { reachPeer } from './reach-peer.ts';

export async function openDashboard(context: CliContext, { plain }: { plain: boolean }): Promise<number> {
  const { paths, env, version } = context;
  const settings = await readSettings(paths.configFile);
  const connect = ({ start }: { start: boolean }) => reachPeer({ paths, env, version, start, say: () => {} });
  if (plain) {
    const { runPlain } = await import('../tui/plain/plain.ts');
    await runPlain({ connect, env, cwd: process.cwd(), input: context.stdin, output: context.stdout });
    return 0;
  }
  const openAddress = findOpener(env);
  await runDashboard({
    connect,
    openScreen,
    env,
    cwd: process.cwd(),
    mouse: settings.mouse,
    bell: settings.bell,
    ...(settings.ascii ? { ascii: true } : {}),
    ...(settings.background === 'auto' ? {} : { background: settings.background }),
    ...(openAddress === undefined ? {} : { openAddress }),
    runEditor: (path) => runEditor(path, env),
    historyFile: paths.historyFile,
  });
  return 0;
}

/** Most people have no config file, and then nothing that reads one is loaded: the first frame comes sooner. */
async function readSettings(file: string): Promise<Config['ui']> {
  if (!existsSync(file)) return { background: 'auto', mouse: true, ascii: false, bell: true };
  const { loadConfig } = await import('../config/load.ts');
  return loadConfig(file).config.ui;
}
