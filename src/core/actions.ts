/** What a run is to do, as data: one union over all routes. An action says what was asked, never how a device will carry it out. */

import type { Sha256 } from './ids.ts';

export const ROUTES = ['cloud-knowledge', 'cloud-code', 'desktop-local', 'inline'] as const;
export type Route = (typeof ROUTES)[number];

/** How far a shell command may reach, from least to most. */
export const ACCESS_LEVELS = ['read-only', 'workspace-write', 'full-access'] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** A command line for the device's shell. */
export interface ShellAction {
  readonly kind: 'shell';
  /** Shell text, given to the shell with `-c`. */
  readonly command: string;
  /** What the requester asks for; the device may only enforce less where it has no sandbox, and says so. */
  readonly access: AccessLevel;
  /** Absolute working folder; the device's home folder if absent. */
  readonly cwd?: string;
  /** Added to the device's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Wall-clock limit in milliseconds, from the start of the process. */
  readonly timeoutMs?: number;
  /** A terminal of this size. Without it the command sees a pipe-like terminal: no echo, no colours asked for. */
  readonly tty?: { readonly cols: number; readonly rows: number };
  /** True if the requester will send input; otherwise the command reads end-of-file. */
  readonly stdin?: boolean;
}

/** An expression or a small script for the sandboxed interpreter of the current session. */
export interface InlineAction {
  readonly kind: 'inline';
  readonly language: 'expression' | 'script';
  readonly source: string;
  readonly timeoutMs?: number;
}

export type Action = ShellAction | InlineAction;

/** The route that carries out an action. */
export function routeOf(action: Action): Route {
  switch (action.kind) {
    case 'shell':
      return 'desktop-local';
    case 'inline':
      return 'inline';
  }
}

/** One line for lists: the first line of what will run. */
export function titleOf(action: Action): string {
  const text = action.kind === 'shell' ? action.command : action.source;
  const newline = text.indexOf('\n');
  return newline === -1 ? text : `${text.slice(0, newline)} …`;
}

/**
 * What exactly will run, resolved on the executing device. Its canonical form is hashed; the hash is what an approval binds
 * and what is checked again just before acting.
 */
export interface Plan {
  readonly device: string;
  readonly run: string;
  readonly kind: Action['kind'];
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Names of the variables that the action adds. */
  readonly envNames: readonly string[];
  /**
   * SHA-256 over the sorted name=value pairs of the whole environment, the device's own and the added: a changed PATH changes
   * the plan, and no value is shown.
   */
  readonly envDigest: Sha256;
  readonly timeoutMs?: number;
  /** Whether it gets a terminal, and whether it gets input. */
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Absolute path of argv[0] with links resolved, and the hash of its content; for interpreters inside Dispatch, its name. */
  readonly executable: string;
  readonly executableSha256?: Sha256;
  /** The access that this device will really enforce. */
  readonly enforced: AccessLevel;
}

/** The bytes that are hashed for the plan's digest: JSON with keys in alphabetical order at every level. */
export function canonicalPlan(plan: Plan): string {
  return canonicalJson(plan);
}

/** JSON with sorted keys and no absent values: equal values have equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
