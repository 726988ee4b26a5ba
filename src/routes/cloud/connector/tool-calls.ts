/** Puts the calls of tools together from the fragments that a stream brings. It does not look into their arguments. */

import { randomUUID } from 'node:crypto';
import type { ToolCall } from './conversation.ts';
import { asText } from './mapping.ts';

export interface ToolCalls {
  /** `{ index?, id?, name?, arguments? }`: those of the same index are one call; without one it is a call of its own. */
  add(fragment: Record<string, unknown>): void;
  /** In the order in which they began. */
  whole(): ToolCall[];
}

interface Pieces {
  id: string;
  name: string;
  readonly arguments: string[];
}

export function createToolCalls(): ToolCalls {
  const byIndex = new Map<string, Pieces>();
  return {
    add(fragment) {
      const index = asText(fragment.index) ?? `own-${byIndex.size}`;
      const pieces = byIndex.get(index) ?? { id: '', name: '', arguments: [] };
      byIndex.set(index, pieces);
      if (typeof fragment.id === 'string' && pieces.id === '') pieces.id = fragment.id;
      if (typeof fragment.name === 'string' && pieces.name === '') pieces.name = fragment.name;
      const said = fragment.arguments;
      if (typeof said === 'string') pieces.arguments.push(said);
      else if (typeof said === 'object' && said !== null) pieces.arguments.push(JSON.stringify(said));
    },
    whole: () =>
      [...byIndex.values()].flatMap(({ id, name, arguments: pieces }) =>
        name === '' ? [] : [{ id: id === '' ? `call-${randomUUID()}` : id, name, arguments: pieces.join('') || '{}' }],
      ),
  };
}
