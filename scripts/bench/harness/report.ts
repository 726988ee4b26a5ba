// The results as a table for people and as JSON for programs, and the place in a document that the table has.
import type { Measure } from './benchmark.ts';
import { type Machine, machineLine } from './machine.ts';

export interface BenchmarkResult {
  readonly name: string;
  readonly at: string;
  /** Of the last minute before it: how much else the machine had to do. */
  readonly load: number;
  readonly measures: readonly Measure[];
}

export interface Report {
  readonly machine: Machine;
  readonly results: readonly BenchmarkResult[];
}

const HEAD = ['what', 'median', 'p99', 'yardstick', 'its median', 'ratio', 'target', ''];
const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

/** A Markdown table that can be read as plain text too. */
export function table(report: Report): string {
  const rows = report.results.flatMap(({ measures }) => measures.map(row));
  const widths = HEAD.map((title, column) =>
    Math.max(3, title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] as number, column)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}

const isNumber = (column: number): boolean => [1, 2, 4, 5].includes(column);
const pad = (text: string, width: number, column: number): string =>
  isNumber(column) ? text.padStart(width) : text.padEnd(width);

function row({ name, unit, ours, yardstick, tail, target }: Measure): string[] {
  return [
    name,
    `${number(ours.median)} ${unit}`,
    tail === true ? `${number(ours.p99)} ${unit}` : '',
    yardstick?.name ?? '',
    yardstick === undefined ? '' : `${number(yardstick.median)} ${unit}`,
    yardstick === undefined || yardstick.median === 0 ? '' : `${(ours.median / yardstick.median).toFixed(2)}`,
    target?.text ?? '',
    target === undefined ? '' : target.met ? 'met' : 'MISSED',
  ];
}

/** Three digits that mean something. */
function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** What a report says besides its table: the machine, and the notes of the measures. */
function section(report: Report): string {
  const days = [...new Set(report.results.map(({ at }) => at.slice(0, 10)))].toSorted();
  const notes = report.results.flatMap(({ measures }) =>
    measures.flatMap(({ name, note }) => (note === undefined ? [] : [`- ${name}: ${note}`])),
  );
  const loads = report.results.map(({ load }) => load);
  const busy = `while ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} processes wanted to run before each benchmark`;
  const measured = `Measured ${days.join(' and ')} on ${machineLine(report.machine)}, ${busy}.`;
  return [measured, '', table(report), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

/** The document with the report between its two markers. Throws if it has none. */
export function place(document: string, report: Report): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from === -1 || to < from) throw new Error(`the document has no place for the table: ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n${section(report)}\n${document.slice(to)}`;
}

/** The newer results in place of older ones of the same name. Only of one machine: others cannot be compared. */
export function merge(older: Report | undefined, newer: Report, order: readonly string[]): Report {
  if (older === undefined || machineLine(older.machine) !== machineLine(newer.machine)) return newer;
  const all = new Map([...older.results, ...newer.results].map((result) => [result.name, result]));
  return { machine: newer.machine, results: order.flatMap((name) => all.get(name) ?? []) };
}
