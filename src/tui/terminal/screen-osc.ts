// Sequences that carry text of ours to the terminal itself: title and desktop notifications.
// Whatever the text holds, it cannot end the sequence early nor begin another.

const MAX_CHARACTERS = 250;

export const oscText = (text: string): string =>
  [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')].slice(0, MAX_CHARACTERS).join('');

const PROGRAMS_OF_OSC_9 = /^(?:iTerm\.app|WezTerm|ghostty|kitty)$/i;
const TERMS_OF_OSC_9 = /^(?:xterm-)?(?:kitty|ghostty|wezterm|iterm2?)(?:$|-)/i;

/** Terminals that show OSC 9. Of those that show OSC 777 too each notification would be two: everybody gets one form. */
function knowsOsc9(env: NodeJS.ProcessEnv): boolean {
  if (PROGRAMS_OF_OSC_9.test(env.TERM_PROGRAM ?? '') || TERMS_OF_OSC_9.test(env.TERM ?? '')) return true;
  if (env.WT_SESSION !== undefined) return true;
  // Inside tmux both names are those of tmux; what else the terminal around it has set is still there.
  return env.TMUX !== undefined && AROUND_TMUX.some((name) => env[name] !== undefined);
}

const AROUND_TMUX = ['ITERM_SESSION_ID', 'KITTY_WINDOW_ID', 'WEZTERM_PANE', 'GHOSTTY_RESOURCES_DIR'] as const;

/** OSC 9 where the terminal is known to show it, else OSC 777 (rxvt, VTE, foot); inside tmux for the terminal around it. */
export function notifySequence(title: string, body: string, env: NodeJS.ProcessEnv): string {
  const heading = oscText(title);
  const text = oscText(body);
  // A number first would be one of ConEmu's commands, a semicolon would end the heading.
  const sequence = knowsOsc9(env)
    ? `\x1b]9;${`${heading}: ${text}`.replace(/^(?=\d)/, ' ')}\x07`
    : `\x1b]777;notify;${heading.replaceAll(';', ',')};${text}\x07`;
  return env.TMUX === undefined ? sequence : `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}
