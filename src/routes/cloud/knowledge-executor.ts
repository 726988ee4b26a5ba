/**
 * Carries out questions: sends them to a connector with the conversation and what is attached, and lets the answer stream into the
 * output of the run and, at its end, into the thread. What was said stays, whatever ends it.
 */

import type { Answer } from '../../core/answers.ts';
import type { KnowledgeAction } from '../../core/cloud.ts';
import type { Connector } from '../../core/connectors.ts';
import { asDispatchError, refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import type { Executor } from '../../engine/executor-ports.ts';
import { createLimits, NOTHING_LEFT } from '../limits.ts';
import { type Assistant, assist } from './assistant/assist.ts';
import { readAttachments } from './attachments.ts';
import { answerOf, collectAnswer, type GrowingAnswer, newAnswer, sourcesText } from './collect-answer.ts';
import type { ModelAttachment, ModelMessage, ModelRequest } from './connector/conversation.ts';
import { failureOf, whyCut } from './limits.ts';
import { factsOf, planOf, refusalOf, requireKind } from './plan.ts';
import type { CloudThread, ConnectorBook, Turn } from './ports.ts';
import { createPrinter, ownLines, saidIn } from './printer.ts';

/** Turns of a conversation that go along, and their characters: older ones are left out. */
const MOST_TURNS = 30;
const MOST_CHARACTERS = 100_000;
const INSTRUCTIONS = 'You answer in a terminal. Be brief, and write Markdown.';

export interface KnowledgeOptions {
  readonly device: DeviceId;
  readonly sha256: (text: string) => Sha256;
  readonly slots: number;
  readonly book: ConnectorBook;
  readonly thread: CloudThread;
  readonly assistant: Assistant;
}

export function createKnowledgeExecutor(options: KnowledgeOptions): Executor {
  const { book, thread, assistant } = options;

  const found = (action: KnowledgeAction): Connector => {
    const named = action.connector ?? (action.assistant === true ? assistant.connector : undefined);
    return book.find('cloud-knowledge', named);
  };

  /** Also of one that is configured no longer. */
  const nameOf = (action: KnowledgeAction): string => {
    try {
      return found(action).name;
    } catch {
      return action.connector ?? 'a connector that is gone';
    }
  };

  const messages = async (action: KnowledgeAction, signal: AbortSignal): Promise<readonly ModelMessage[]> => {
    const { question, after, attach = [], thread: entries } = action;
    const turns = after === undefined ? [] : await thread.conversation(after, MOST_TURNS);
    const digest: readonly ModelAttachment[] =
      entries === undefined
        ? []
        : [{ name: 'thread.md', mimeType: 'text/markdown', text: tail(await thread.digest(entries)) }];
    const attachments = [...digest, ...(await readAttachments(attach, thread, signal))];
    return [
      ...conversation(turns, question.length),
      { role: 'user', text: question, ...(attachments.length === 0 ? {} : { attachments }) },
    ];
  };

  /** The whole of it; what has been said so far is in `answer`. */
  const ask = async (run: RunId, action: KnowledgeAction, answer: GrowingAnswer, context: Asking): Promise<void> => {
    const { connector, signal, print } = context;
    const client = await book.client(connector, signal);
    const asked = await messages(action, signal);
    if (action.assistant === true) {
      await assist(assistant, { run, client, messages: asked, answer, signal, print });
    } else {
      const request: ModelRequest = {
        messages: [{ role: 'system', text: instructionsOf(connector) }, ...asked],
        tools: [],
      };
      await collectAnswer(client.ask(request, signal), answer, print);
    }
    await print(`${answer.text.endsWith('\n') ? '' : '\n'}${sourcesText(answer.citations)}`);
  };

  return {
    kind: 'knowledge',
    slots: options.slots,
    enforces: () => 'read-only',
    async inspect(action) {
      try {
        const question = requireKind(action, 'knowledge');
        if (question.question.trim() === '') return refuse('invalid', 'there is no question');
        const connector = found(question);
        if (question.assistant === true && !connector.tools) {
          return refuse('invalid', `${connector.name} cannot call tools`, 'the assistant needs a connector that can');
        }
        return { ok: true, facts: factsOf(question, connector) };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async prepare(run, action) {
      try {
        const question = requireKind(action, 'knowledge');
        return { ok: true, plan: planOf(options, run, question, found(question)) };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async execute(action, _plan, context) {
      const question = requireKind(action, 'knowledge');
      const limits = createLimits(context, question.timeoutMs);
      const connector = found(question);
      const printer = createPrinter(context);
      const answer = newAnswer(printer.print);
      const print = (text: string): void | Promise<void> => printer.print(ownLines(text));
      const tell = (cut?: string): void => {
        const said = answerOf(answer, connector.name, cut);
        if (said !== undefined) context.answer(said);
      };
      try {
        await ask(context.run, question, answer, { connector, signal: limits.signal, print });
        tell();
        return { kind: 'exit', exitCode: 0, ...resultOf(answer) };
      } catch (error) {
        const ended = limits.outcome();
        const outcome = ended ?? failureOf(error);
        tell(ended === undefined ? asDispatchError(error).message : whyCut(ended));
        return outcome;
      } finally {
        limits.clear();
      }
    },
    async reap() {
      return NOTHING_LEFT; // what a connector was doing ended with the connection
    },
    answerLeft(action, printed): Answer | undefined {
      const name = nameOf(requireKind(action, 'knowledge'));
      return answerOf({ ...newAnswer(), text: saidIn(printed) }, name, 'the peer ended while it came');
    },
  };
}

interface Asking {
  readonly connector: Connector;
  readonly signal: AbortSignal;
  /** What is said beside the answer. */
  readonly print: (text: string) => void | Promise<void>;
}

/** The newest of it: what there is room for. */
function tail(digest: string): string {
  return digest.length <= MOST_CHARACTERS ? digest : `[older entries left out]\n${digest.slice(-MOST_CHARACTERS)}`;
}

/** The newest turns that there is room for, oldest first. */
function conversation(turns: readonly Turn[], taken: number): ModelMessage[] {
  const kept: ModelMessage[] = [];
  let room = MOST_CHARACTERS - taken;
  for (const { question, answer } of turns.toReversed()) {
    room -= question.length + answer.length;
    if (room < 0) break;
    kept.unshift({ role: 'user', text: question }, { role: 'assistant', text: answer });
  }
  return kept;
}

function instructionsOf({ settings }: Connector): string {
  return typeof settings.instructions === 'string' ? settings.instructions : INSTRUCTIONS;
}

/** One line for lists. */
function resultOf({ text }: GrowingAnswer): { result?: string } {
  const line = text.split('\n').find((each) => each.trim() !== '');
  return line === undefined ? {} : { result: line.trim().slice(0, 200) };
}
