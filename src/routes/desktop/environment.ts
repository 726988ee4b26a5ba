/**
 * The environment that commands get: this machine's own, without what Dispatch and its launcher put there and without what
 * describes a terminal that is not the command's, and with the names by which a command knows its run.
 */

import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { DeviceId, RunId } from '../../core/ids.ts';

export const RUN_VARIABLE = 'DISPATCH_RUN';
const ARTIFACTS_VARIABLE = 'DISPATCH_ARTIFACTS';
const DEVICE_VARIABLE = 'DISPATCH_DEVICE';

/** An action may not set these: by the first its processes are found, and the others would lie. */
export const RESERVED_VARIABLES: readonly string[] = [RUN_VARIABLE, ARTIFACTS_VARIABLE, DEVICE_VARIABLE];

/** Of a terminal, multiplexer or editor that Dispatch was started from; and what shells keep for themselves. */
const SURROUNDINGS =
  /^(TERM|COLORTERM|COLUMNS|LINES|TERMCAP|TERMINFO|TERM_PROGRAM|TERM_PROGRAM_VERSION|TERM_SESSION_ID|TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|VTE_VERSION|LC_TERMINAL|LC_TERMINAL_VERSION|(KITTY|WEZTERM|ALACRITTY|GHOSTTY|ITERM)_.*|SHLVL|OLDPWD|PWD|_)$/;
/** A channel to a parent process of Node, meant for Dispatch alone. */
const CHANNEL = /^NODE_(CHANNEL_FD|CHANNEL_SERIALIZATION_MODE|UNIQUE_ID)$/;
/** Where somebody keeps Dispatch's files is the person's own setting: a `dispatch` in a run should find the same. */
const OWN_SETTING = 'DISPATCH_HOME';
const NPM_SCRIPT = /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath|config_local_prefix)|INIT_CWD)$/;

/** What shells run or take for a command before they look at the command itself: `ls` must mean the program ls. */
const SHELL_STARTUP = /^(BASH_ENV|ENV|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|CDPATH|GLOBIGNORE|PROMPT_COMMAND)$/;

/** What is the same for all commands. */
export function cleanEnvironment(base: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {};
  const startedByNpm = base.npm_package_name === 'dispatch';
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || SURROUNDINGS.test(name) || CHANNEL.test(name) || SHELL_STARTUP.test(name)) continue;
    if (name.startsWith('DISPATCH_') && name !== OWN_SETTING) continue;
    if (startedByNpm && NPM_SCRIPT.test(name)) continue;
    clean[name] = value;
  }
  if (startedByNpm && clean.PATH !== undefined) clean.PATH = withoutNpm(clean.PATH, base.npm_package_json);
  if (clean.PATH !== undefined) clean.PATH = absoluteOnly(clean.PATH);
  return clean;
}

/** An empty or relative entry would take commands from whatever folder a run works in. */
function absoluteOnly(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .join(delimiter);
}

/** `npm start` puts its own folders first, with another Node in them than the person's. */
function withoutNpm(path: string, packageJson: string | undefined): string {
  const added = new Set<string>();
  for (let folder = packageJson; folder !== undefined && folder !== dirname(folder); ) {
    folder = dirname(folder);
    added.add(join(folder, 'node_modules', '.bin'));
  }
  return path
    .split(':')
    .filter((folder) => !added.has(folder) && !folder.endsWith('/@npmcli/run-script/lib/node-gyp-bin'))
    .join(':');
}

export interface CommandSurroundings {
  readonly run: RunId;
  readonly device: DeviceId;
  readonly artifactsDir: string;
  /** As the person named it; the shell takes it for the folder's name if it leads there. */
  readonly cwd: string;
  readonly hasTerminal: boolean;
  readonly added: Readonly<Record<string, string>>;
}

/** What one command gets. COLUMNS and LINES are left out: they would be wrong after the first resize. */
export function environmentFor(
  clean: Readonly<Record<string, string>>,
  about: CommandSurroundings,
): Record<string, string> {
  const terminal = about.hasTerminal ? { TERM: 'xterm-256color', COLORTERM: 'truecolor' } : { TERM: 'dumb' };
  return {
    ...clean,
    ...terminal,
    PWD: about.cwd,
    ...about.added,
    [RUN_VARIABLE]: about.run,
    [ARTIFACTS_VARIABLE]: about.artifactsDir,
    [DEVICE_VARIABLE]: about.device,
  };
}
