/** Rules: what the owner of a device lets through, wants to be asked about, or forbids. Data, as it stands in config.toml. */

import type { AccessLevel } from '../access.ts';
import type { Route } from '../actions.ts';
import type { Actor } from '../approvals.ts';
import type { DeviceId } from '../ids.ts';

export const VERDICTS = ['allow', 'ask', 'deny'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a rule says. Every condition that is there must hold; one that is absent always does. */
export interface RuleBody {
  /** Stable and unique: people see it, events record it. Letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly decision: Verdict;
  readonly routes?: readonly Route[];
  /**
   * `human`, `assistant`, `agent`, devices by name or id (`local` is the one that executes), or both as `human@laptop`: any one of them.
   */
  readonly requesters?: readonly string[];
  /**
   * The access that the rule is about. An `allow` holds for this level and those below it, `ask` and `deny` for it and those above.
   * Absent: any level but `full-access` for `allow`, any at all for the others.
   */
  readonly access?: AccessLevel;
  /**
   * Words of a command, from its name on. A word may hold `*` (any text) and `{a,b}` alternatives, and a backslash takes the next
   * character as it is; a last `...` means any further words, and without it there are none. `allow` wants exactly this, and of
   * every command of the text; `ask` and `deny` want it of one command, with any options in between, also within another command
   * that starts it (`sudo`, `sh -c`), and count where it cannot be known.
   */
  readonly command?: readonly string[];
  /** Words, in the same patterns, that must not stand anywhere behind the command. */
  readonly without?: readonly string[];
  /**
   * Globs of absolute paths: `*` within a name, `**` over any folders, `{a,b}`; a folder stands for all that is in it. For
   * `allow` every path that the action names, its working folder among them, must lead into one of them; for `ask` and `deny` one is
   * enough. In config.toml `~` is the home folder; here it is resolved.
   */
  readonly paths?: readonly string[];
  /**
   * What is done without a shell: `files.read`, `browser.*`, `desktop.screenshot`; `*` is any text. `allow` wants that every operation
   * fits one of them, `ask` and `deny` that one does. A rule with `command` is about shell commands alone, one with `operations` about
   * everything else on a device; an `allow` with neither is about shell commands.
   */
  readonly operations?: readonly string[];
  /**
   * Web origins: `https://example.org`, `https://*.example.org`, `http://localhost:*`. `allow` wants that every origin fits one of them
   * and that there is one, `ask` and `deny` that one does.
   */
  readonly origins?: readonly string[];
  /** Command lines that the rule must match, and some that it must not: checked whenever rules are loaded. */
  readonly match?: readonly string[];
  readonly noMatch?: readonly string[];
  /** Unix milliseconds; after it the rule is as if it were not there. */
  readonly expiresAt?: number;
  /** An allowance that a person on another device gave; it counts while that device may answer here. */
  readonly grantedBy?: DeviceId;
}

export interface Rule extends RuleBody {
  readonly source: 'built-in' | 'config';
  /**
   * An `allow` that holds only because nothing can be written: the action is carried out in the sandbox at this level, whatever was
   * asked for.
   */
  readonly lowersTo?: AccessLevel;
  /** With `lowersTo`: it also holds for a command beside others that rules of the owner allow, in the sandbox at their level. */
  readonly beside?: true;
  /**
   * An `allow` of what a sandbox would make answer wrongly: carried out with `full-access`, also where less was asked for, but only
   * where that is allowed and no confined run can have put another program in its place.
   */
  readonly unconfined?: true;
  /** Of the commands that fit, those alone that are on the short list of `harmless.ts`. */
  readonly list?: 'harmless';
}

/** Who asks, as rules name them. */
export interface Requester {
  readonly kind: Actor['kind'];
  readonly device: DeviceId;
  /** What the device is called here. */
  readonly name: string;
}
