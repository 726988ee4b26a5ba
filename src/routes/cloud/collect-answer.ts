/** Reads one answer to its end: its text goes out as it comes, and what else is known of it is kept. */

import type { Answer, Citation, Usage } from '../../core/answers.ts';
import { citationText } from '../../core/export.ts';
import type { AnswerEvent, ToolCall } from './connector/conversation.ts';
import { harmless } from './printer.ts';

/** An answer as it grows. What has come stays, whatever ends it. */
export interface GrowingAnswer {
  text: string;
  model?: string;
  usage?: Usage;
  cut?: string;
  readonly citations: Citation[];
}

export function newAnswer(): GrowingAnswer {
  return { text: '', citations: [] };
}

/** Resolves at the end with the tools that the model wants called. */
export async function collectAnswer(
  events: AsyncIterable<AnswerEvent>,
  answer: GrowingAnswer,
  print: (text: string) => void | Promise<void>,
): Promise<readonly ToolCall[]> {
  const calls: ToolCall[] = [];
  for await (const event of events) {
    switch (event.type) {
      case 'text': {
        const text = harmless(event.text);
        answer.text += text;
        const room = print(text);
        if (room !== undefined) await room;
        break;
      }
      case 'citation':
        if (!answer.citations.some((known) => isSame(known, event.citation))) answer.citations.push(event.citation);
        break;
      case 'usage':
        answer.usage = event.usage;
        break;
      case 'model':
        answer.model = event.model;
        break;
      case 'tool-call':
        calls.push(event.call);
        break;
      case 'end':
        if (event.cut !== undefined) answer.cut = event.cut;
    }
  }
  return calls;
}

function isSame(one: Citation, other: Citation): boolean {
  return one.title === other.title && one.url === other.url && one.line === other.line;
}

/** What it is for the thread; undefined where nothing was said. */
export function answerOf(
  { text, model, usage, citations, cut }: GrowingAnswer,
  connector: string,
  whyCut?: string,
): Answer | undefined {
  if (text.trim() === '') return undefined;
  const why = whyCut ?? cut;
  return {
    text: text.trim(),
    connector,
    ...(model === undefined ? {} : { model }),
    ...(citations.length === 0 ? {} : { citations }),
    ...(usage === undefined ? {} : { usage }),
    ...(why === undefined ? {} : { cut: why }),
  };
}

/** The sources, for whoever reads the output alone. */
export function sourcesText(citations: readonly Citation[]): string {
  if (citations.length === 0) return '';
  const lines = citations.map((citation, index) => `[${index + 1}] ${harmless(citationText(citation))}`);
  return `\nSources\n${lines.join('\n')}\n`;
}
