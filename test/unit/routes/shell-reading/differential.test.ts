// What bash and a POSIX sh really start, beside what the reading says: whatever is started without an obstacle must have been named.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShellReading, Word } from '../../../../src/core/policy/reading.ts';
import { readShell } from '../../../../src/routes/desktop/shell-reading/read-shell.ts';
import { BYPASSES } from '../../../fixtures/policy/bypasses.ts';
import { EVERYDAY } from '../../../fixtures/policy/everyday.ts';
import { needs } from '../../../helpers/needs.ts';
import { runTexts, type Seen } from '../../../helpers/real-shells.ts';

const STUBS = ['ls', 'cat', 'npm', 'canary', 'rm', 'rg', 'head', 'wc', 'grep', 'tee', 'curl', 'b', 'if', 'x', 'aa'];
const SHELLS = ['bash', 'sh'];
/** The same texts each time, so that what fails once fails again. */
const SEED = 20_240_817;
const COUNT = 400;

/** Pieces of shell text: any row of them, sensible or not. */
const piece = fc.constantFrom(
  ...[
    'ls',
    'ls ',
    'canary',
    'canary ',
    'cat a',
    'aa',
    'b',
    'x',
    ' ',
    ' ',
    ' ',
    '\n',
    ';',
    '; ',
    '&&',
    '||',
    '|',
    '&',
    '\t',
    '\r',
  ],
  ...[
    "'",
    '"',
    '\\',
    '\\\n',
    '$(',
    ')',
    '`',
    '$x',
    '${x:-',
    '}',
    '{ ',
    '{',
    '(',
    ')',
    '<<E\n',
    '\nE\n',
    "<<'E'\n",
    '<<-E\n\t',
    '>o',
    '>>o ',
    '<a',
    '2>&1',
  ],
  ...[
    '#',
    ' #',
    '!',
    '! ',
    '*',
    '?',
    '~',
    '[',
    ']',
    '[a]',
    "$'",
    '$"',
    '=',
    'x=',
    'x=b ',
    '-',
    '--',
    ',',
    '{a,b}',
    '..',
    '$((',
    '))',
    '((',
    '[[ ',
    ' ]]',
  ],
  ...[
    'if ',
    '; then ',
    '; else ',
    '; fi',
    'for f in a b; do ',
    '; done',
    'case a in a) ',
    ';; esac',
    ';;',
    'in',
    'do ',
    'fi',
    '$f',
    '$',
    '"$(',
    ')"',
    '1',
    '%',
    '^',
    ':',
    '@',
  ],
);
const whole = fc.constantFrom(
  'ls',
  'canary',
  'cat a',
  "'aa' b",
  'l\\s',
  '"ls" "$x"',
  'x=1',
  '$(canary)',
  'ls $(aa)',
  'ls `b`',
  'ls >o',
  '(canary)',
  '{ aa; }',
);
const joint = fc.constantFrom(';', ' && ', ' || ', ' | ', '\n', ' ; ', ' |\n', ' &&\n', ';\n\n', ' #c\n');
const sensible = fc
  .array(fc.tuple(whole, joint), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([text, between], at) => text + (at === parts.length - 1 ? '' : between)).join(''));
const nested = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    sensible,
    fc.tuple(tie('text'), joint, tie('text')).map(([a, by, b]) => `${a}${by}${b}`),
    tie('text').map((a) => `ls "$(${a})"`),
    tie('text').map((a) => `ls $(${a}\n)`),
    tie('text').map((a) => `(${a}\n)`),
    tie('text').map((a) => `{ ${a}\n}`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `if ${a}\nthen ${b}\nfi`),
    tie('text').map((a) => `for f in a b; do ${a}\ndone`),
    tie('text').map((a) => `case a in b) ls;; (a|c) ${a}\n;; esac`),
    tie('text').map((a) => `cat <<E\n$(${a})\nE`),
    tie('text').map((a) => `x=$(${a}) ; ls "$x"`),
  ),
})).text;
const generated = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
  nested,
);

/** What a reading says of a program that was started. */
function isNamed({ commands }: ShellReading, words: readonly string[]): boolean {
  return commands.some((command) => fits(command.words, words));
}

/** A word that is not known may be any number of words. */
function fits(words: readonly Word[], started: readonly string[]): boolean {
  const [word, ...rest] = words;
  if (word === undefined) return started.length === 0;
  if (word.known) return started[0] === word.text && fits(rest, started.slice(1));
  for (let taken = 0; taken <= started.length; taken++) if (fits(rest, started.slice(taken))) return true;
  return false;
}

function missed(texts: readonly string[], seen: readonly Seen[]): unknown[] {
  return texts.flatMap((text, index) => {
    const reading = readShell(text);
    const { started, made } = seen[index] as Seen;
    const programs = started.filter((words) => !isNamed(reading, words));
    const files = made.filter((file) => !reading.writes.some(({ word }) => !word.known || word.text === file));
    return programs.length + files.length === 0 ? [] : [{ text, programs, files }];
  });
}

const isClear = (text: string): boolean => readShell(text).obstacles.length === 0 && !text.includes('\0');

needs('bash', 'bwrap')('a real shell', () => {
  describe.each(SHELLS)('%s', (shell) => {
    it('starts nothing that the reading of a generated text does not name', { timeout: 300_000 }, () => {
      const texts = [...new Set(fc.sample(generated, { numRuns: 2000, seed: SEED }))].filter(isClear).slice(0, COUNT);
      const seen = runTexts(shell, texts, STUBS);
      expect(missed(texts, seen)).toEqual([]);
      // What shows nothing proves nothing.
      expect(seen.filter(({ started }) => started.length > 1).length).toBeGreaterThan(50);
      expect(seen.filter(({ made }) => made.length > 0).length).toBeGreaterThan(10);
    });

    it('starts nothing that the reading of an everyday command does not name', { timeout: 120_000 }, () => {
      const texts = EVERYDAY.filter((text) => !text.startsWith('while') && !text.startsWith('sleep'));
      expect(texts.filter((text) => !isClear(text))).toEqual([]);
      expect(missed(texts, runTexts(shell, texts, STUBS))).toEqual([]);
    });
  });

  it('does run what the attempts are after, in many of them', { timeout: 300_000 }, () => {
    const texts = BYPASSES.map(([, text]) => text).filter(
      (text) => !text.includes('\0') && text.length < 5000 && !/while canary|until canary|\bsh$|-i$/.test(text),
    );
    const ran = new Set<string>();
    for (const shell of SHELLS) {
      runTexts(shell, texts, STUBS, { hostile: true }).forEach(({ started }, index) => {
        if (started.some(([name]) => name === 'canary')) ran.add(texts[index] as string);
      });
    }
    expect(ran.size).toBeGreaterThan(120);
    // Each of them is refused for what it is: the program is named, or something in the text is an obstacle.
    const unseen = [...ran].filter((text) => {
      const { commands, obstacles } = readShell(text);
      return (
        obstacles.length === 0 && !commands.some(({ words: [name] }) => name?.known === true && name.text === 'canary')
      );
    });
    expect(unseen).toEqual([]);
  });
});
