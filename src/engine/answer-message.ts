/** Makes the message of the thread of what a connector said. Secrets that it repeats are masked as anywhere else. */

import type { Answer, Citation } from '../core/answers.ts';
import type { RunCommand } from '../core/commands.ts';
import type { MessageId } from '../core/ids.ts';
import type { EngineDeps } from './context.ts';

/** Characters of one answer in the thread; the output of the run has all of it. */
const LONGEST = 1024 * 1024;
const MOST_CITATIONS = 200;
const LONGEST_WORD = 1000;

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
        text: await finder.mask(whole ? text : text.slice(0, LONGEST)),
        connector,
        ...(model === undefined ? {} : { model: await finder.mask(model.slice(0, LONGEST_WORD)) }),
        ...(citations === undefined || citations.length === 0
          ? {}
          : { citations: await Promise.all(citations.slice(0, MOST_CITATIONS).map((each) => told(finder, each))) }),
        ...(usage === undefined ? {} : { usage }),
        ...(why === undefined ? {} : { cut: await finder.mask(why) }),
      },
    },
  ];
}

async function told(finder: EngineDeps['finder'], { title, url, ...lines }: Citation): Promise<Citation> {
  return {
    title: await finder.mask(title.slice(0, LONGEST_WORD)),
    ...(url === undefined ? {} : { url: await finder.mask(url.slice(0, LONGEST_WORD)) }),
    ...lines,
  };
}
