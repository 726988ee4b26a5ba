// Links that a terminal follows (OSC 8): which addresses may be one, and the sequences around the cells that show it.
// Whatever an address holds, it cannot end the sequence early nor begin another.

import { lazily } from '../../core/lazily.ts';

/** What is longer is no link; terminals limit it too. */
const MAX_UNITS = 512;
/** Printable ASCII without the blank, and without the semicolon that parts the fields. */
const SAFE = /^https?:\/\/[!-:<-~]+$/;
/** What is not seen, and the backslash, which is read as a slash. */
const deceptivePattern = lazily(() => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]/u);

export const isLink = (target: string): boolean => target.length <= MAX_UNITS && SAFE.test(target);

/** The address as a link to the web; undefined for what is none, hides something, or names somebody in front of the host. */
export function linkTarget(address: string): string | undefined {
  if (address.length > MAX_UNITS || deceptivePattern().test(address)) return undefined;
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const target = url.href.replaceAll(';', '%3B');
  return isLink(target) ? target : undefined;
}

export const openLink = (target: string): string => `\x1b]8;;${target}\x1b\\`;
export const CLOSE_LINK = '\x1b]8;;\x1b\\';

/** Terminals that do not know the sequence leave it out, but for consoles and terminals of old, which print it. */
export function knowsLinks({ TERM, TMUX }: NodeJS.ProcessEnv): boolean {
  if (TMUX) return true;
  return TERM !== undefined && TERM !== '' && !/^(?:linux|screen|vt\d|dumb|ansi|cons25)/.test(TERM);
}
