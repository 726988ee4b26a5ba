// The rules about sources that no import tells: who may write to the terminal, that core takes time and chance as
// arguments, where a file may stand, and how long it may grow. It reads lines, so it is a net and not a proof.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './run.ts';

const LONGEST_FILE = 400;

interface SourceRule {
  readonly name: string;
  readonly applies: (file: string) => boolean;
  readonly pattern: RegExp;
}

const RULES: readonly SourceRule[] = [
  {
    name: 'only cli, peer, tui/terminal and tui/plain write to the terminal',
    applies: (file) => !/^src\/(cli\/|peer\/|tui\/terminal\/|tui\/plain)/.test(file),
    pattern: /\bprocess\s*\.\s*(stdout|stderr)\b|\bconsole\s*\.|\bwriteSync\s*\(\s*[12]\b/,
  },
  {
    name: 'core takes time, chance and surroundings as arguments',
    applies: (file) => file.startsWith('src/core/'),
    pattern:
      /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.|\bcrypto\.|\bprocess\.|\bset(Timeout|Interval|Immediate)\(/,
  },
];

const FOLDERS = /^src\/(cli|cloud|config|control|core|engine|net|peer|protocol|routes|store|tui)\//;

/** One line for each breach of a rule, as `file:line: rule`. */
export function findBreaches(file: string, text: string): string[] {
  const breaches = FOLDERS.test(file) ? [] : [`${file}: not in one of the folders of the architecture`];
  const lines = withoutComments(text).split('\n');
  if (lines.length > LONGEST_FILE + 1) breaches.push(`${file}: ${lines.length - 1} lines, and ${LONGEST_FILE} is most`);
  for (const rule of RULES.filter((candidate) => candidate.applies(file))) {
    for (const [index, line] of lines.entries()) {
      if (rule.pattern.test(line)) breaches.push(`${file}:${index + 1}: ${rule.name}: ${line.trim()}`);
    }
  }
  return breaches;
}

export async function checkSources(root: string): Promise<Outcome> {
  const files = globSync('src/**/*.ts', { cwd: root }).sort();
  const breaches = files.flatMap((file) => findBreaches(file, readFileSync(join(root, file), 'utf8')));
  return { ok: breaches.length === 0, output: breaches.join('\n') };
}

// Keeps the line numbers. A `//` inside a string (an address) has no blank before it.
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, '')).replace(/(^|\s)\/\/.*$/gm, '$1');
}
