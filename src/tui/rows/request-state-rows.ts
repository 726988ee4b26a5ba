// What a run asked for, as rows under it: who asks, while that is somebody else than who reads; and who said yes or no, and when.

import type { Model, ShownEntry } from '../model/model.ts';
import { whoAsksInShort } from '../words/asking.ts';
import { decisionLine } from '../words/decisions.ts';
import { type EntryRow, limited } from './entry-row.ts';

const NOTE_ROWS = 6;

export function requestStateRows(
  model: Pick<Model, 'devices' | 'revoked' | 'device' | 'now'>,
  entry: Extract<ShownEntry, { kind: 'run' }>,
  width: number,
): EntryRow[] {
  const { run, requests = [] } = entry;
  return requests.flatMap((request): EntryRow[] => {
    if (request.status === 'pending') {
      const isMine = run.by.kind === 'human' && run.by.device === model.device?.id;
      return isMine ? [] : [{ kind: 'waits', text: whoAsksInShort(model, request, run) }];
    }
    const said: EntryRow = { kind: 'about', text: decisionLine(model, request, run) };
    // A run that was cancelled by it says why itself.
    const isSaid = run.status === 'cancelled' && run.note !== undefined;
    const note = request.status === 'expired' || isSaid ? undefined : request.note;
    return note === undefined ? [said] : [said, ...limited(note, width, NOTE_ROWS, 'text')];
  });
}
