// Writes docs/KEYS.md from the keymap of the dashboard.
//
// Usage: node scripts/keys.ts [--check]     --check writes nothing and fails if the page is stale
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS, usage } from '../src/tui/keys/commands.ts';
import { helpSections } from '../src/tui/keys/keymap.ts';

const file = fileURLToPath(new URL('../docs/KEYS.md', import.meta.url));

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (keys: string): string =>
  keys
    .split(' ')
    .map((key) => `\`${cell(key)}\``)
    .join(' ');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function page(): string {
  const sections = helpSections().map(
    ({ heading, lines }) =>
      `## ${heading}\n\n${table(
        ['key', 'what it does', 'its name'],
        lines.map(({ keys, text, id }) => [code(keys), cell(text), `\`${id}\``]),
      )}`,
  );
  const commands = COMMANDS.map((command): [string, string] => [`\`${usage(command)}\``, cell(command.help)]);
  return [
    '# Keys of the dashboard',
    'This page is made from the keymap by `npm run keys`; do not edit it by hand. `C-` is Control, `M-` is Alt (or Esc\nbefore the key), `S-` is Shift. In the dashboard `F1` shows the keys that mean something where you are.\nThe name is what gives it another key, in `[keys]` of config.toml: see [CONFIG.md](CONFIG.md#keys).',
    ...sections,
    '## Commands in the composer',
    table(['command', 'what it does'], commands),
    'The text fields know the usual editing keys: `C-a` `C-e` `C-b` `C-f` `M-b` `M-f`, `C-w` `C-u` `C-k` `C-y`, `C-_` to undo.\n',
  ].join('\n\n');
}

const wanted = page();
if (!process.argv.includes('--check')) {
  writeFileSync(file, wanted);
} else if (readIfThere() !== wanted) {
  console.error('docs/KEYS.md is not what the keymap says: run "npm run keys"');
  process.exitCode = 1;
}

function readIfThere(): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
