/** Opens the dashboard: at once, before any peer has answered, so that a person sees it come up. */

import { DispatchError } from '../core/errors.ts';
import type { ThemeChoice } from '../core/theme-names.ts';
import { runDashboard } from '../tui/app/app.ts';
import { KEYMAP, takeKeys } from '../tui/keys/keymap.ts';
import { openScreen } from '../tui/terminal/screen.ts';
import type { CliContext } from './context.ts';
import { newId } from './ids.ts';
import { findOpener, runEditor } from './open.ts';
import { reachPeer } from './reach-peer.ts';
import { readUiSettings } from './ui-settings.ts';

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
  const settings = await readUiSettings(paths);
  const connect = ({ start }: { start: boolean }) => reachPeer({ paths, env, version, start, say: () => {} });
  if (looks.plain) {
    const { runPlain } = await import('../tui/plain/plain.ts');
    await runPlain({ connect, env, cwd: process.cwd(), input: context.stdin, output: context.stdout });
    return 0;
  }
  if (settings.keys !== undefined) {
    const { rebind } = await import('../tui/keys/rebind.ts');
    const made = rebind(KEYMAP, settings.keys);
    if (!made.ok) {
      throw new DispatchError('config', `keys: ${made.bad.refusal.reason}`, {
        hint: `mend [keys] in ${paths.configFile}`,
      });
    }
    takeKeys(made.bindings);
  }
  const openAddress = findOpener(env);
  await runDashboard({
    connect,
    openScreen,
    newId,
    env,
    cwd: process.cwd(),
    // With the mouse on, GNU screen keeps Esc until another key comes.
    mouse: settings.mouse && env.STY === undefined,
    bell: settings.bell,
    theme: looks.theme ?? settings.theme,
    ...(looks.ascii || settings.ascii ? { ascii: true } : {}),
    ...(settings.background === 'auto' ? {} : { background: settings.background }),
    ...(openAddress === undefined ? {} : { openAddress }),
    runEditor: (path) => runEditor(path, env),
    historyFile: paths.historyFile,
    usesFile: paths.usesFile,
    draftsFolder: paths.draftsFolder,
  });
  return 0;
}
