// Reads answers as Markdown, beside the main thread; nothing of that is loaded before the first. One thread at a time, which may take
// a while and much memory for a hostile text; what came to be seen last is read next.

import type { Effect } from '../model/effects.ts';
import type { MessageBody } from '../model/messages.ts';

type ReadTexts = Extract<Effect, { type: 'read-texts' }>;

export function createTextReader(tell: (message: MessageBody) => void): (effect: ReadTexts) => Promise<void> {
  const waiting: ReadTexts[] = [];
  let isReading = false;
  return async (effect) => {
    waiting.push(effect);
    if (isReading) return;
    isReading = true;
    try {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await read(next, tell);
    } finally {
      isReading = false;
    }
  };
}

async function read({ texts }: ReadTexts, tell: (message: MessageBody) => void): Promise<void> {
  const { readTextsAside } = await import('../preview/read-aside.ts');
  await readTextsAside(
    texts.map(({ text }) => text),
    (index, document) => {
      const id = texts[index]?.id ?? '';
      tell({ type: 'text-read', id, ...(document === undefined ? {} : { document }) });
    },
  );
}
