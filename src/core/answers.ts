/** What a connector says to a question, and what is known of it besides its text. */

export interface Citation {
  readonly title: string;
  readonly url?: string;
  /** Lines of a document, from 1. */
  readonly line?: number;
  readonly endLine?: number;
}

/** Tokens, as the connector counts them. */
export interface Usage {
  readonly input?: number;
  readonly output?: number;
}

export interface Answer {
  /** Markdown. */
  readonly text: string;
  readonly connector: string;
  readonly model?: string;
  readonly citations?: readonly Citation[];
  readonly usage?: Usage;
  /** Why the answer is not whole, as a phrase; absent if it is. */
  readonly cut?: string;
}

/** Tokens and lines are counted in whole numbers; what is anything else is no number of them. */
export function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}
