// Whatever way a valid config.toml is written in, setting a key changes that key and nothing else, and no comment goes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConfigEdit, setConfigValues } from '../../src/config/edit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-edit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Texts that look like something else inside a comment or a list. */
const comment = fc.constantFrom('# mine', '# [device]', '# name = "x"', '# "', "# '''", '# ]', '#');
const blank = fc.constantFrom('', ' ', '\t');
const value: Readonly<Record<string, fc.Arbitrary<string>>> = {
  name: fc.constantFrom('"old"', "'old'", '"""old"""', "'''old'''", '"ol\\u0064"', '"""\nold"""'),
  shell: fc.constantFrom('true', 'false'),
  local_files: fc.constantFrom('true', 'false'),
  lan: fc.constantFrom('true', 'false'),
  announce: fc.constantFrom('[]', '["a:1"]', '[ "a:1", # [device]\n  "b:2" ]', '[\n  # name = "]"\n]'),
  slots: fc.constantFrom('3', '1_0', '0x10'),
};
const TABLES: Readonly<Record<string, readonly string[]>> = {
  device: ['name'],
  permissions: ['shell', 'local_files'],
  network: ['lan', 'announce'],
  shell: ['slots'],
};

/** One table in one of the ways of writing it; inline, it has no line breaks. */
const table = (name: string): fc.Arbitrary<{ root: boolean; text: string }> =>
  fc
    .record({
      style: fc.constantFrom('section', 'dotted', 'inline', 'absent'),
      keys: fc.subarray([...(TABLES[name] ?? [])]),
      quoted: fc.boolean(),
      gaps: fc.array(blank, { minLength: 4, maxLength: 4 }),
      notes: fc.array(comment, { maxLength: 3 }),
    })
    .chain(({ style, keys, quoted, gaps, notes }) =>
      fc.tuple(...keys.map((key) => value[key] as fc.Arbitrary<string>)).map((values) => {
        const spell = (key: string): string => (quoted ? `"${key}"` : key);
        const pairs = keys.map((key, index) => ({ key: spell(key), value: values[index] as string }));
        const line = (key: string, text: string, index: number): string =>
          `${gaps[0]}${key}${gaps[1]}=${gaps[2]}${text}${gaps[3]}${notes[index] ?? ''}`;
        if (style === 'section') {
          const body = pairs.flatMap((pair, index) => [line(pair.key, pair.value, index)]);
          return {
            root: false,
            text: [`${gaps[0]}[${gaps[1]}${spell(name)}${gaps[2]}]`, ...notes, ...body].join('\n'),
          };
        }
        if (style === 'dotted') {
          return {
            root: true,
            text: pairs.map((pair, i) => line(`${name}${gaps[0]}.${pair.key}`, pair.value, i)).join('\n'),
          };
        }
        if (style === 'inline' && pairs.every((pair) => !pair.value.includes('\n'))) {
          const inner = pairs.map((pair) => `${pair.key}${gaps[0]}=${pair.value}`).join(`${gaps[1]},`);
          return { root: true, text: line(name, `{${inner}}`, 0) };
        }
        return { root: true, text: '' };
      }),
    );

const file = fc.tuple(...Object.keys(TABLES).map(table), fc.boolean(), fc.boolean()).map((parts) => {
  const [windows, closed] = parts.slice(-2) as [boolean, boolean];
  const tables = parts.slice(0, -2) as { root: boolean; text: string }[];
  const text = [...tables.filter(({ root }) => root), ...tables.filter(({ root }) => !root)]
    .map((part) => part.text)
    .join('\n');
  const whole = closed ? `${text}\n` : text;
  return windows ? whole.replaceAll('\n', '\r\n') : whole;
});

const edit: fc.Arbitrary<ConfigEdit> = fc.constantFrom<ConfigEdit>(
  { table: 'device', key: 'name', value: 'desk' },
  { table: 'permissions', key: 'shell', value: false },
  { table: 'permissions', key: 'browser_automation', value: true },
  { table: 'network', key: 'lan', value: false },
  { table: 'network', key: 'listen', value: ['127.0.0.1:1', '[::1]:2'] },
  { table: 'ui', key: 'bell', value: false },
);

it('in every form', () => {
  const path = join(folder, 'config.toml');
  let changed = 0;
  fc.assert(
    fc.property(file, fc.array(edit, { minLength: 1, maxLength: 3 }), (before, edits) => {
      writeFileSync(path, before, { mode: 0o600 });
      setConfigValues(path, edits);
      const after = readFileSync(path, 'utf8');
      const wanted = parse(before) as Record<string, Record<string, unknown>>;
      for (const { table, key, value } of edits) wanted[table] = { ...wanted[table], [key]: value };
      expect(JSON.parse(JSON.stringify(parse(after)))).toEqual(JSON.parse(JSON.stringify(wanted)));
      const notes = (text: string): number => text.split('#').length;
      expect(notes(after)).toBe(notes(before));
      if (before.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
      if (after !== before) changed += 1;
    }),
    { numRuns: 1000 },
  );
  expect(changed).toBeGreaterThan(500);
});
