/** Puts the calls of tools together from the fragments that a stream brings. It does not look into their arguments. */

import { randomUUID } from 'node:crypto';
import type { ToolCall } from './conversation.ts';
import { asText } from './mapping.ts';

export interface ToolCalls {
  /** False if there are too many arguments in all. `{ index?, id?, name?, arguments? }`: those of the same index are one call; without one it is a call of its own. */
  add(fragment: Record<string, unknown>): boolean;
  /** In the order in which they began. */
  whole(): ToolCall[];
}

/** Far beyond what anybody carries out at once; those after them are not read. */
const MOST_CALLS = 128;
/** Characters of the arguments of all calls. */
const MOST_CHARACTERS = 8 * 2 ** 20;
/** Of a name or an id. */
const LONGEST_NAME = 1000;

interface Pieces {
  id: string;
  name: string;
  readonly arguments: string[];
}

export function createToolCalls(): ToolCalls {
  const byIndex = new Map<string, Pieces>();
  let characters = 0;
  return {
    add(fragment) {
      const index = asText(fragment.index) ?? `own-${byIndex.size}`;
      const pieces = byIndex.get(index) ?? { id: '', name: '', arguments: [] };
      const { id, name } = fragment;
      const said = argumentsOf(fragment.arguments);
      characters += said.length;
      if (characters > MOST_CHARACTERS) return false;
      if (byIndex.size >= MOST_CALLS && !byIndex.has(index)) return true;
      byIndex.set(index, pieces);
      if (typeof id === 'string' && pieces.id === '') pieces.id = id.slice(0, LONGEST_NAME);
      if (typeof name === 'string' && pieces.name === '') pieces.name = name.slice(0, LONGEST_NAME);
      if (said !== '') pieces.arguments.push(said);
      return true;
    },
    whole: () =>
      [...byIndex.values()].flatMap(({ id, name, arguments: pieces }) =>
        name === '' ? [] : [{ id: id === '' ? `call-${randomUUID()}` : id, name, arguments: pieces.join('') || '{}' }],
      ),
  };
}

function argumentsOf(said: unknown): string {
  if (typeof said === 'string') return said;
  return typeof said === 'object' && said !== null ? JSON.stringify(said) : '';
}
