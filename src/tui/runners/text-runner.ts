// Reads answers as Markdown, beside the main thread; nothing of that is loaded before the first.

import type { Effect } from '../model/effects.ts';
import type { MessageBody } from '../model/messages.ts';

export async function readTexts(
  { texts }: Extract<Effect, { type: 'read-texts' }>,
  tell: (message: MessageBody) => void,
): Promise<void> {
  const { readTextsAside } = await import('../preview/read-aside.ts');
  await readTextsAside(
    texts.map(({ text }) => text),
    (index, document) => {
      const id = texts[index]?.id ?? '';
      tell({ type: 'text-read', id, ...(document === undefined ? {} : { document }) });
    },
  );
}
