/** Reads one answer to its end: its text goes out as it comes, and what else is known of it is kept. */

import type { Answer, Citation, Usage } from '../../core/answers.ts';
import { citationText } from '../../core/export.ts';
import { createHarmlessText, harmlessText } from '../../core/harmless-text.ts';
import type { AnswerEvent, ToolCall } from './connector/conversation.ts';
import { createUnmarked } from './printer.ts';

/** Of one answer; what it is further based on is not told. */
const MOST_CITATIONS = 200;

export type Print = (text: string) => void | Promise<void>;

/** An answer as it grows. What has come stays, whatever ends it. */
export interface GrowingAnswer {
  text: string;
  model?: string;
  usage?: Usage;
  cut?: string;
  readonly citations: Citation[];
  /** Where its text goes, if that is elsewhere than what is said beside it. */
  readonly print?: Print;
}

export function newAnswer(print?: Print): GrowingAnswer {
  return { text: '', citations: [], ...(print === undefined ? {} : { print }) };
}

/** Resolves at the end with the tools that the model wants called. Begins at the beginning of a line. */
export async function collectAnswer(
  events: AsyncIterable<AnswerEvent>,
  answer: GrowingAnswer,
  print: Print,
): Promise<readonly ToolCall[]> {
  const calls: ToolCall[] = [];
  const pieces = createHarmlessText();
  const unmarked = createUnmarked();
  const say = (text: string): void | Promise<void> => {
    answer.text += text;
    return (answer.print ?? print)(unmarked(text));
  };
  try {
    await collect(events, answer, calls, (text) => say(pieces.push(text)));
  } finally {
    const rest = pieces.end();
    if (rest !== '') await say(rest);
  }
  return calls;
}

async function collect(
  events: AsyncIterable<AnswerEvent>,
  answer: GrowingAnswer,
  calls: ToolCall[],
  say: Print,
): Promise<void> {
  const known = new Set(answer.citations.map(keyOf));
  for await (const event of events) {
    switch (event.type) {
      case 'text': {
        const room = say(event.text);
        if (room !== undefined) await room;
        break;
      }
      case 'citation': {
        const key = keyOf(event.citation);
        if (known.size >= MOST_CITATIONS || known.has(key)) break;
        known.add(key);
        answer.citations.push(event.citation);
        break;
      }
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
}

function keyOf({ title, url, line }: Citation): string {
  return JSON.stringify([title, url, line]);
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
  const lines = citations.map((citation, index) => `[${index + 1}] ${harmlessText(citationText(citation))}`);
  return `\nSources\n${lines.join('\n')}\n`;
}
