/** POST /v1/answers: answers a question from the documents, and streams the answer as server-sent events. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Knowledge } from './knowledge/knowledge.ts';
import { readJson } from './read-json.ts';
import { answerRequest } from './requests.ts';
import { streamLines } from './stream-lines.ts';

export async function answerQuestion(
  knowledge: Knowledge,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const asked = await readJson(request, answerRequest);
  const answer = await knowledge.answer(asked, signal);
  signal.throwIfAborted();
  const events = streamLines(response, 'sse');
  for (const part of answer) await events.send(part);
  await events.send({ type: 'end' });
  events.end();
}
