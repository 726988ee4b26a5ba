/** Makes the message of the thread of what a connector said. Secrets that it repeats are masked as anywhere else. */

import { type Answer, type Citation, isCount, type Usage } from '../core/answers.ts';
import type { RunCommand } from '../core/commands.ts';
import type { MessageId } from '../core/ids.ts';
import type { EngineDeps } from './context.ts';

/** Characters of one answer in the thread; the output of the run has all of it. */
const LONGEST = 1024 * 1024;
const MOST_CITATIONS = 200;
const LONGEST_WORD = 1000;
const LONGEST_NAME = 200;
const LONGEST_REASON = 10_000;

export async function answerCommands(
  { finder, ids }: Pick<EngineDeps, 'finder' | 'ids'>,
  answer: Answer | undefined,
): Promise<readonly RunCommand[]> {
  if (answer === undefined) return [];
  const { text, connector, model, citations, usage, cut } = answer;
  const whole = text.length <= LONGEST;
  const why = whole ? cut : `the output of the run has the other ${text.length - LONGEST} characters`;
  const message = ids.next() as MessageId;
  return [
    {
      type: 'answer',
      data: {
        message,
        text: await masked(finder, text, LONGEST),
        connector: connector.slice(0, LONGEST_NAME),
        ...(model === undefined ? {} : { model: await masked(finder, model, LONGEST_WORD) }),
        ...(citations === undefined || citations.length === 0
          ? {}
          : { citations: await Promise.all(citations.slice(0, MOST_CITATIONS).map((each) => told(finder, each))) }),
        ...(usage === undefined ? {} : { usage: counted(usage) }),
        ...(why === undefined ? {} : { cut: await masked(finder, why, LONGEST_REASON) }),
      },
    },
  ];
}

async function told(finder: EngineDeps['finder'], { title, url, line, endLine }: Citation): Promise<Citation> {
  return {
    title: await masked(finder, title, LONGEST_WORD),
    ...(url === undefined ? {} : { url: await masked(finder, url, LONGEST_WORD) }),
    ...(isCount(line, 1) ? { line, ...(isCount(endLine, line) ? { endLine } : {}) } : {}),
  };
}

/** What other devices take for numbers: another would stop the log for all of them. */
function counted({ input, output }: Usage): Usage {
  return { ...(isCount(input, 0) ? { input } : {}), ...(isCount(output, 0) ? { output } : {}) };
}

/** A mask may be longer than what it hides. */
async function masked(finder: EngineDeps['finder'], text: string, most: number): Promise<string> {
  return (await finder.mask(text.slice(0, most))).slice(0, most);
}
