/** Opens the dashboard: at once, before any peer has answered, so that a person sees it come up. */

import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { ThemeChoice } from '../core/theme-names.ts';
import { runDashboard } from '../tui/app/app.ts';
import { openScreen } from '../tui/terminal/screen.ts';
import type { CliContext } from './context.ts';
import { findOpener, runEditor } from './open.ts';
import { reachPeer } from './reach-peer.ts';

/** What was asked for on the command line; it counts for more than the configuration. */
export interface Looks {
  readonly plain: boolean;
  readonly ascii: boolean;
  readonly colour: boolean;
  readonly theme: ThemeChoice | undefined;
}

export async function openDashboard(context: CliContext, looks: Looks): Promise<number> {
  const { paths, version } = context;
  const env = looks.colour ? context.env : { ...context.env, NO_COLOR: '1' };
  const settings = await readSettings(paths.configFile);
  const connect = ({ start }: { start: boolean }) => reachPeer({ paths, env, version, start, say: () => {} });
  if (looks.plain) {
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
    theme: looks.theme ?? settings.theme,
    ...(looks.ascii || settings.ascii ? { ascii: true } : {}),
    ...(settings.background === 'auto' ? {} : { background: settings.background }),
    ...(openAddress === undefined ? {} : { openAddress }),
    runEditor: (path) => runEditor(path, env),
    historyFile: paths.historyFile,
  });
  return 0;
}

/** Most people have no config file, and then nothing that reads one is loaded: the first frame comes sooner. */
async function readSettings(file: string): Promise<Config['ui']> {
  if (!existsSync(file)) return { background: 'auto', theme: 'auto', mouse: true, ascii: false, bell: true };
  const { loadConfig } = await import('../config/load.ts');
  return loadConfig(file).config.ui;
}
