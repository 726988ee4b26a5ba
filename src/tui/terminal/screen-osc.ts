// Sequences that carry text of ours to the terminal itself: title and desktop notifications.
// Whatever the text holds, it cannot end the sequence early nor begin another.

const MAX_CHARACTERS = 250;

export const oscText = (text: string): string =>
  [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')].slice(0, MAX_CHARACTERS).join('');

/** Terminals that know both forms would notify twice. */
const KNOWS_BOTH = /^(wezterm|ghostty)$/i;

/** OSC 777 (rxvt, VTE, foot, Ghostty, WezTerm) and OSC 9 (iTerm2, kitty, Windows Terminal and others). */
export function notifySequence(title: string, body: string, env: NodeJS.ProcessEnv): string {
  const heading = oscText(title).replaceAll(';', ',');
  const text = oscText(body);
  const named = `\x1b]777;notify;${heading};${text}\x07`;
  if (KNOWS_BOTH.test(env.TERM_PROGRAM ?? '') || /^(foot|xterm-ghostty)/.test(env.TERM ?? '')) return named;
  // A number first would be one of ConEmu's commands.
  return `${named}\x1b]9;${`${heading}: ${text}`.replace(/^(?=\d)/, ' ')}\x07`;
}
