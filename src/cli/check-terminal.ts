/** Checks of the terminal that a person sits at: what the dashboard and the editor need there. The peer knows nothing of it. */

import type { DoctorCheck } from '../protocol/api.ts';
import type { CliContext } from './context.ts';
import { findEditor } from './open.ts';

export function checkTerminal({ env, stdin, stdout }: Pick<CliContext, 'env' | 'stdin' | 'stdout'>): DoctorCheck[] {
  // Where nobody sits there is nothing to be checked.
  if (!stdin.isTTY || !stdout.isTTY) return [];
  return [checkScreen(env, stdout), checkLetters(env), checkEditor(env)];
}

const SMALL = { columns: 30, rows: 8 };

function checkScreen(env: NodeJS.ProcessEnv, { columns, rows }: { columns: number; rows: number }): DoctorCheck {
  const name = 'terminal';
  const what = `${env.TERM ?? 'no TERM'}, ${columns}×${rows}`;
  if (env.TERM === undefined || env.TERM === 'dumb') {
    const fix =
      'set TERM to what your terminal is, for example xterm-256color; until then "dispatch" is in plain lines';
    return { name, ok: false, detail: `${what}: nothing can be drawn on it`, fix };
  }
  if (columns < SMALL.columns || rows < SMALL.rows) {
    const fix = `make it at least ${SMALL.columns}×${SMALL.rows}, or use "dispatch --plain"`;
    return { name, ok: false, detail: `${what}: too small for more than a status line`, fix };
  }
  return { name, ok: true, detail: what };
}

function checkLetters(env: NodeJS.ProcessEnv): DoctorCheck {
  const name = 'letters';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (locale === undefined || locale === '') return { name, ok: true, detail: 'no locale is set, so UTF-8 is taken' };
  if (/utf-?8/i.test(locale)) return { name, ok: true, detail: locale };
  const fix = 'if the terminal shows UTF-8, set LANG=C.UTF-8: else the dashboard draws with ASCII';
  return { name, ok: false, detail: `the locale ${locale} is not UTF-8`, fix };
}

function checkEditor(env: NodeJS.ProcessEnv): DoctorCheck {
  const { command, found } = findEditor(env);
  if (found) return { name: 'editor', ok: true, detail: command };
  const fix = 'name one in $VISUAL or $EDITOR: commands and files are edited in it';
  return { name: 'editor', ok: false, detail: `there is no program "${command}"`, fix };
}
