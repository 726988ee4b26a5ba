/**
 * The thread as Markdown, for people and for models. Text of others stands in it as it is, kept apart as quotations; what in it would act
 * on a terminal, or turn or hide text, is spelt out.
 */

import { titleOf } from './actions.ts';
import type { Citation } from './answers.ts';
import { harmlessText } from './harmless-text.ts';
import type { Run } from './runs.ts';
import type { ThreadEntry } from './thread.ts';

/** Of one text in a digest. */
const LONGEST = 2000;

export interface ExportOptions {
  /** What people call a device. */
  readonly nameOf: (device: string) => string;
  /** Long texts are cut, with a word that says so. */
  readonly brief: boolean;
}

/** One entry, as a paragraph. Times are UTC. */
export function entryToMarkdown(entry: ThreadEntry, options: ExportOptions): string {
  return harmlessText(markdownOf(entry, options));
}

function markdownOf(entry: ThreadEntry, options: ExportOptions): string {
  switch (entry.kind) {
    case 'message': {
      const { role, text, at, about, by } = entry.message;
      const who = role === 'user' ? `you on ${options.nameOf(by.device)}` : (about?.connector ?? 'assistant');
      const more = [
        ...(about?.citations ?? []).map((citation, index) => `[${index + 1}] ${citationText(citation)}`),
        ...(about?.cut === undefined ? [] : [`(not all of it: ${about.cut})`]),
      ];
      return `**${who}** ${timeText(at)}\n\n${quoted(cut(text, options))}${more.length === 0 ? '' : `\n>\n${quoted(more.join('\n'))}`}`;
    }
    case 'run':
      return runToMarkdown(entry.run, options);
    case 'approval': {
      const { title, status, requestedAt, device } = entry.approval;
      const note = 'note' in entry.approval && entry.approval.note !== undefined ? `: ${entry.approval.note}` : '';
      return `- approval ${timeText(requestedAt)} on ${options.nameOf(device)}: ${code(cut(title, options))}, ${status}${note}`;
    }
    case 'artifact': {
      const { name, kind, sizeBytes, createdAt, sha256 } = entry.artifact;
      return `- artifact ${timeText(createdAt)}: ${code(name)} (${kind}, ${sizeBytes} bytes, SHA-256 ${sha256.slice(0, 12)})`;
    }
  }
}

function runToMarkdown(run: Run, options: ExportOptions): string {
  const head = `**run ${run.number}** ${timeText(run.submittedAt)} ${run.route} on ${options.nameOf(run.device)}: ${code(cut(titleOf(run.action), options))}`;
  const end = endText(run);
  return `${head}, ${run.status}${end === '' ? '' : `\n\n${quoted(cut(end, options))}`}`;
}

function endText(run: Run): string {
  if (run.status === 'completed') return run.result ?? '';
  if (run.status === 'failed') return `${run.reason}: ${run.message}`;
  return run.status === 'cancelled' ? `${run.reason}${run.note === undefined ? '' : `: ${run.note}`}` : '';
}

/** `docs/FILES.md:12-20 https://…`. */
export function citationText({ title, url, line, endLine }: Citation): string {
  const lines = line === undefined ? '' : `:${line}${endLine === undefined || endLine === line ? '' : `-${endLine}`}`;
  // Where a file of this machine lies, its name says.
  const where = url === undefined || url === title || url.startsWith('file:') ? '' : ` ${url}`;
  return `${title}${lines}${where}`.replaceAll('\n', ' ');
}

/** As a span of code, whatever is in it (https://spec.commonmark.org/0.31.2/#code-spans). */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
}

function cut(text: string, { brief }: ExportOptions): string {
  if (!brief || text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST).toWellFormed()}… (${text.length - LONGEST} more characters)`;
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}
