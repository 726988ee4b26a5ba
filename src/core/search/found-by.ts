/**
 * What an entry of the thread is found by: the words in it, and marks that say what it is, where it ran and who asked for it. The index is
 * made of these, and whoever shows a part of the thread holds what comes against the same, so that both find alike.
 */

import { textOf } from '../actions.ts';
import type { Actor, Approval } from '../approvals.ts';
import type { Artifact } from '../artifacts.ts';
import { wallTime } from '../clock.ts';
import type { EntryKey } from '../ids.ts';
import { type FinalRun, isFinal, type Run, type RunStatus } from '../runs.ts';
import { type Message, parsePlace } from '../thread.ts';
import { wordsOf } from './words.ts';

/** An entry of the thread as far as search looks at it. */
export type SearchedEntry = { readonly key: EntryKey } & (
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'approval'; readonly approval: Approval }
  | { readonly kind: 'artifact'; readonly artifact: Artifact }
);

export const KINDS = ['message', 'run', 'artifact'] as const;

/** What is looked for, with every name resolved: an entry must have all the words, and one mark of each group. */
export interface SearchTerms {
  /** The last may be the beginning of a word. */
  readonly words: readonly string[];
  readonly marks: readonly (readonly string[])[];
  /** Unix milliseconds: not before the one, and before the other. */
  readonly since?: number;
  readonly until?: number;
}

export const kindMark = (kind: (typeof KINDS)[number]): string => `is:${kind}`;
/** The only mark that changes. */
export const statusMark = (status: RunStatus): string => `status:${status}`;
export const routeMark = (route: string): string => `route:${route}`;
export const deviceMark = (device: string): string => `on:${device}`;
/** Who asked or said it: by kind, and also by device. */
export const actorMark = (kind: Actor['kind'], device?: string): string =>
  device === undefined ? `by:${kind}` : `by:${kind}:${device}`;

/** What is shown in another entry too is not found on its own: an approval, and the kept output of a run. */
export function isSearched(entry: SearchedEntry): boolean {
  return entry.kind === 'artifact' ? entry.artifact.kind !== 'output' : entry.kind !== 'approval';
}

/** The words that an entry has when it comes. */
export function firstWordsOf(entry: SearchedEntry): readonly string[] {
  switch (entry.kind) {
    case 'message':
      return wordsOf(entry.message.text);
    case 'run': {
      const text = textOf(entry.run.action);
      return wordsOf(entry.run.task.includes(text) ? entry.run.task : `${entry.run.task}\n${text}`);
    }
    case 'artifact':
      return wordsOf(entry.artifact.name);
    case 'approval':
      return [];
  }
}

/** The words that a run has besides once it is over: what came of it, or why nothing did. */
export function lastWordsOf(run: FinalRun): readonly string[] {
  return wordsOf(outcomeOf(run));
}

function outcomeOf(run: FinalRun): string {
  if (run.status === 'completed') return run.result ?? '';
  return (run.status === 'failed' ? run.message : run.note) ?? '';
}

/** The marks that an entry has from the beginning, and keeps. */
export function marksOf(entry: SearchedEntry): readonly string[] {
  switch (entry.kind) {
    case 'message': {
      const { role, by: speaker, run } = entry.message;
      const by: Actor = role === 'assistant' ? { ...speaker, kind: 'assistant' } : speaker;
      // Only a question is answered with a message.
      const route = run === undefined ? [] : [routeMark('cloud-knowledge')];
      return [kindMark('message'), deviceMark(by.device), ...askedBy(by), ...route];
    }
    case 'run': {
      const { device, route, by } = entry.run;
      return [kindMark('run'), deviceMark(device), routeMark(route), ...askedBy(by)];
    }
    case 'artifact':
      return [kindMark('artifact'), deviceMark(entry.artifact.device)];
    case 'approval':
      return [];
  }
}

const askedBy = ({ kind, device }: Actor): string[] => [actorMark(kind), actorMark(kind, device)];

/** Whether the entry has a word that begins so. */
export function hasWordWith(beginning: string, entry: SearchedEntry): boolean {
  return allWordsOf(entry).some((word) => word.startsWith(beginning));
}

function beganWithin(key: EntryKey, since = 0, until = Number.POSITIVE_INFINITY): boolean {
  const place = parsePlace(key);
  if (place === undefined) return false;
  const at = wallTime(place.at);
  return at >= since && at < until;
}

function allWordsOf(entry: SearchedEntry): readonly string[] {
  const first = firstWordsOf(entry);
  return entry.kind === 'run' && isFinal(entry.run) ? [...first, ...lastWordsOf(entry.run)] : first;
}

/** Whether a search for the terms finds the entry, as it is now. Ids are not looked at. */
export function isFoundBy(entry: SearchedEntry, { words, marks, since, until }: SearchTerms): boolean {
  if (!isSearched(entry)) return false;
  if ((since !== undefined || until !== undefined) && !beganWithin(entry.key, since, until)) return false;
  const own = new Set(marksOf(entry));
  if (entry.kind === 'run') own.add(statusMark(entry.run.status));
  if (!marks.every((group) => group.some((mark) => own.has(mark)))) return false;
  if (words.length === 0) return true;
  const all = allWordsOf(entry);
  return words.every((word, index) =>
    index === words.length - 1 ? all.some((other) => other.startsWith(word)) : all.includes(word),
  );
}
