// The small language in which a picture is rehearsed: what to type, which keys to press, and what to wait for, as one
// line of words. It knows keys and waits, no conditions and no loops.
//
//   'text'  or "text"     types the text (\n, \t, \\ and quotes can be escaped)
//   enter, tab, C-c, …    presses a key: a name of KEYS, C- with a letter, or a single character
//   wait:'text'           waits until the screen shows the text
//   gone:'text'           waits until the screen does not show it any more
//   still:300             waits until the screen has not changed for so many milliseconds
//   pause:300             does nothing for so many milliseconds: time to read, in a recording

export type KeyStep =
  | { readonly do: 'send'; readonly bytes: string }
  | { readonly do: 'wait'; readonly text: string; readonly shown: boolean }
  | { readonly do: 'still'; readonly ms: number }
  | { readonly do: 'pause'; readonly ms: number };

const KEYS: Record<string, string> = {
  enter: '\r',
  tab: '\t',
  'S-tab': '\x1b[Z',
  escape: '\x1b',
  space: ' ',
  backspace: '\x7f',
  delete: '\x1b[3~',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  f1: '\x1bOP',
};

const WORD = /\s*(?:(wait|gone):)?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s*/y;

/** Parses a script, or throws an error that names the word that it does not know. */
export function parseKeys(script: string): KeyStep[] {
  const steps: KeyStep[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < script.length) {
    const at = WORD.lastIndex;
    const match = WORD.exec(script);
    if (match === null) throw new Error(`keys: cannot read ${JSON.stringify(script.slice(at))}`);
    const [, wait, single, double, word] = match;
    const text = single ?? double;
    if (text !== undefined) steps.push(textStep(unquote(text), wait));
    else steps.push(wait === undefined ? wordStep(word ?? '') : textStep(word ?? '', wait));
  }
  return steps;
}

function textStep(text: string, wait: string | undefined): KeyStep {
  return wait === undefined ? { do: 'send', bytes: text } : { do: 'wait', text, shown: wait === 'wait' };
}

function wordStep(word: string): KeyStep {
  const wait = /^(still|pause):(\d+)$/.exec(word);
  if (wait !== null) return { do: wait[1] as 'still' | 'pause', ms: Number(wait[2]) };
  const control = /^C-([a-z\]])$/.exec(word)?.[1];
  if (control !== undefined) return { do: 'send', bytes: String.fromCharCode(control.charCodeAt(0) & 0x1f) };
  const bytes = KEYS[word] ?? ([...word].length === 1 ? word : undefined);
  if (bytes === undefined) throw new Error(`keys: ${JSON.stringify(word)} is no key: quote what should be typed`);
  return { do: 'send', bytes };
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ({ n: '\r', t: '\t' })[letter] ?? letter);
}
