/**
 * Adds a rule to config.toml and takes one out as a careful person would: comments, order and everything else stay as they are. The
 * result is read again before it is written, and refused if anything but the one rule would change.
 */

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'smol-toml';
import { DispatchError } from '../core/errors.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import { loadConfig, parseConfig } from './load.ts';
import { replaceFile } from './replace-file.ts';
import { tableOf } from './rules.ts';
import type { Config } from './schema.ts';
import { findStatements } from './statements.ts';

const BY_HAND = 'edit the file by hand; "dispatch config check" checks it';

/** The table as it stands in config.toml, with a line break at its end. */
export function ruleToToml(rule: RuleBody): string {
  const lines = Object.entries(tableOf(rule)).map(([key, value]) => {
    const line = stringify({ [key]: value }).trimEnd();
    return key === 'expires_at' && typeof value === 'number' ? `${line}${dateNote(value)}` : line;
  });
  return `${['[[rules]]', ...lines].join('\n')}\n`;
}

/**
 * Gives what holds afterwards. Throws `conflict` for a name that is taken, and `config`, leaving the file alone, if the file or the
 * outcome is not valid.
 */
export function addRule(file: string, rule: RuleBody): Config {
  const { before, config } = read(file);
  if (config.rules.some(({ name }) => name === rule.name)) {
    throw new DispatchError('conflict', `there is a rule called "${rule.name}" in ${file} already`, {
      hint: 'give it another name, or remove that one first',
    });
  }
  const newline = before.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === '' ? '' : `${before.endsWith('\n') ? '' : newline}${newline}`;
  const after = `${before}${gap}${ruleToToml(rule).replaceAll('\n', newline)}`;
  const wanted = [...rulesIn(before), tableOf(rule)];
  return write(file, before, after, wanted, `the rule "${rule.name}" cannot be added to`);
}

/** Gives what holds afterwards. Throws `not-found`, and `config`, leaving the file alone, if the file or the outcome is not valid. */
export function removeRule(file: string, name: string): Config {
  const { before, config } = read(file);
  const place = config.rules.findIndex((rule) => rule.name === name);
  if (place === -1) {
    throw new DispatchError('not-found', `there is no rule called "${name}" in ${file}`, {
      hint: 'list them with "dispatch policy list"',
    });
  }
  const wanted = rulesIn(before).filter((_, index) => index !== place);
  return write(file, before, withoutTable(before, place), wanted, `the rule "${name}" cannot be taken out of`);
}

function read(file: string): { before: string; config: Config } {
  const { exists, config } = loadConfig(file); // refuses a broken one, and one that others can write
  return { before: exists ? readFileSync(file, 'utf8') : '', config };
}

function write(file: string, before: string, after: string, rules: readonly unknown[], what: string): Config {
  const { rules: _before, ...rest } = parse(before);
  const wanted = rules.length === 0 ? rest : { ...rest, rules };
  if (!isDeepStrictEqual(plain(readBack(after)), plain(wanted))) {
    throw new DispatchError('config', `${what} ${file} without changing something else in it`, { hint: BY_HAND });
  }
  const config = parseConfig(after, file);
  replaceFile(file, after);
  return config;
}

function rulesIn(text: string): readonly unknown[] {
  return (parse(text).rules as readonly unknown[] | undefined) ?? [];
}

/** The text without the nth `[[rules]]`; unchanged where the rules are written in another way. */
function withoutTable(text: string, place: number): string {
  const statements = findStatements(text);
  const headers = statements.flatMap((statement, index) =>
    statement.kind === 'array-of-tables' && statement.path.length === 1 && statement.path[0] === 'rules' ? [index] : [],
  );
  const header = headers[place];
  if (header === undefined) return text;
  const next = statements.findIndex(({ kind }, index) => index > header && kind !== 'value');
  const last = statements[(next === -1 ? statements.length : next) - 1];
  const first = statements[header];
  if (first === undefined || last === undefined) return text;
  const start = text.lastIndexOf('\n', first.end - 1) + 1;
  const head = text.slice(0, start);
  const tail = text.slice(last.end).replace(/^\r?\n/, '');
  // Of two empty lines that meet, one goes; and none is left at the end.
  if (/(^|\n)\r?\n$/.test(head))
    return /^\s*$/.test(tail) ? head.replace(/\r?\n$/, '') : head + tail.replace(/^\r?\n/, '');
  return head + (head === '' ? tail.replace(/^\r?\n/, '') : tail);
}

function readBack(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Tables of the parser have no prototype, which is no difference; neither is a key that has no value. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function dateNote(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : ` # ${date.toISOString()}`;
}
