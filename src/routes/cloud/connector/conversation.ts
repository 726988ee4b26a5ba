/** What is said to a connector and what it says, in one shape for every protocol. Templates see it as it stands here. */

import type { Citation, Usage } from '../../../core/answers.ts';

/** What goes along with a message: text as it is, anything else as base64. */
export interface ModelAttachment {
  readonly name: string;
  readonly mimeType: string;
  readonly text?: string;
  readonly base64?: string;
}

/** A call of a tool that the model wants. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it: it may be anything. */
  readonly arguments: string;
}

export type ModelMessage =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string; readonly attachments?: readonly ModelAttachment[] }
  | { readonly role: 'assistant'; readonly text: string; readonly calls?: readonly ToolCall[] }
  /** What came of a call, for the model. */
  | { readonly role: 'tool'; readonly call: string; readonly name: string; readonly text: string };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly schema: unknown;
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolDefinition[];
}

export type AnswerEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'model'; readonly model: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  /** The last one. `cut`: why the answer is not whole, as a phrase: the most tokens, a filter. */
  | { readonly type: 'end'; readonly cut?: string };

export interface CodeRequest {
  readonly language: string;
  readonly source: string;
  readonly stdin: string;
  readonly files: readonly { readonly name: string; readonly base64: string; readonly text?: string }[];
  readonly timeoutMs: number;
}

export type CodeEvent =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly type: 'file'; readonly name: string; readonly bytes: Uint8Array; readonly mimeType?: string }
  /** The last one. No exit code: the service tells none, and it ended well. */
  | {
      readonly type: 'end';
      readonly exitCode?: number;
      readonly signal?: string;
      readonly timedOut?: true;
      readonly message?: string;
    };

/** What a try of a connector found, one after the other. */
export interface TestStage {
  /** `configuration`, `key`, `connect`, `request`, `answer`, … */
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  readonly ms?: number;
}

/**
 * One configured connector, ready to be used. Whatever goes wrong is thrown as a `DispatchError` whose message names the connector and
 * holds no secret; with the signal aborted, calls reject with `cancelled` after the cancel call was tried.
 */
export interface ConnectorClient {
  ask(request: ModelRequest, signal: AbortSignal): AsyncIterable<AnswerEvent>;
  run(request: CodeRequest, signal: AbortSignal): AsyncIterable<CodeEvent>;
  /** Makes a real call, the smallest there is, and tells of each stage. Never rejects. */
  test(signal: AbortSignal): AsyncIterable<TestStage>;
  close(): Promise<void>;
}
