// Whatever way a config.toml with rules is written in, adding a rule and removing one changes that rule and nothing else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addRule, removeRule } from '../../src/config/edit-rules.ts';
import { ruleOf } from '../../src/config/rules.ts';
import type { RuleBody } from '../../src/core/policy/rules.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const note = fc.constantFrom('', '# mine', '# [[rules]]', '# name = "a"', '', "# '''");
const header = fc.constantFrom('[[rules]]', '[["rules"]]', "  [[ 'rules' ]] # here");
const command = fc.constantFrom(
  '["a", "b"]',
  '[\n  "[[rules]]", # "]\n  "x"\n]',
  '["""\n[[rules]]\nname = "a\\"""", \'#\']',
  "['a']",
);
const own = (name: string): fc.Arbitrary<string> =>
  fc.tuple(note, header, note, command, fc.boolean(), note).map(([before, head, within, words, first, after]) => {
    const lines = [`name = "${name}" ${after}`, `"decision"='ask'`, `command = ${words}`];
    return [before, head, within, ...(first ? lines : lines.toReversed())].join('\n');
  });
const other = fc.constantFrom(
  '[ui]\nbell = false',
  '# nothing',
  '',
  '[shell]\nslots = 2 # [[rules]]',
  '[network]\nannounce = [\n "a:1", # x\n]',
);

const file = fc
  .tuple(
    fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
    fc.shuffledSubarray([0, 1, 2, 3]),
    fc.boolean(),
    fc.boolean(),
  )
  .chain(([names, _others, windows, closed]) =>
    fc
      .tuple(fc.tuple(...names.map(own)), fc.uniqueArray(other, { maxLength: 4 }), fc.infiniteStream(fc.boolean()))
      .map(([rules, others, coins]) => {
        const rest = [...others];
        const parts = rules.flatMap((rule) =>
          coins.next().value && rest.length > 0 ? [rest.pop() as string, rule] : [rule],
        );
        const text = [...parts, ...rest].join('\n') + (closed ? '\n' : '');
        return { names, text: windows ? text.replaceAll(/\r?\n/g, '\r\n') : text };
      }),
  );

const word = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.constantFrom('"', "'''", '\\', '[[rules]]', '#', '\n'),
);
const added: fc.Arbitrary<RuleBody> = fc
  .record({
    command: fc.array(word, { minLength: 1, maxLength: 4 }),
    match: fc.array(word, { maxLength: 2 }),
    expiresAt: fc.nat(),
  })
  .map((rest) => ({ name: 'new', decision: 'allow', ...rest }));

const rulesOf = (text: string): { name: string }[] => (parse(text).rules ?? []) as { name: string }[];
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('in every form', () => {
  const path = join(folder, 'config.toml');
  fc.assert(
    fc.property(file, added, fc.nat(3), ({ names, text }, rule, at) => {
      writeFileSync(path, text, { mode: 0o600 });
      expect(addRule(path, rule).rules.map(ruleOf).at(-1)).toEqual(rule);
      const longer = readFileSync(path, 'utf8');
      expect(longer.startsWith(text)).toBe(true);
      expect(plain(parse(longer))).toMatchObject(plain({ ...parse(text), rules: [...rulesOf(text), {}] }) as object);
      const gone = names[at % names.length] as string;
      removeRule(path, gone);
      const shorter = readFileSync(path, 'utf8');
      expect(plain(parse(shorter))).toEqual(
        plain({ ...parse(longer), rules: rulesOf(longer).filter(({ name }) => name !== gone) }),
      );
      removeRule(path, 'new');
      // Comments of others stay; those within the table of the rule go with it.
      const left = readFileSync(path, 'utf8');
      expect(left.split('slots = 2 # [[rules]]').length).toBe(text.split('slots = 2 # [[rules]]').length);
      if (text.includes('\r\n') && left.includes('\n')) expect(left.replaceAll('\r\n', '')).not.toContain('\n');
    }),
    { numRuns: 150 },
  );
});
