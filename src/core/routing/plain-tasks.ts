/**
 * Tasks in plain words: a verb, and a path or an address that looks like one. What is anything else is left to others; nothing is guessed,
 * and a path is never changed.
 */

import type { BrowserAction } from '../browser.ts';
import type { DesktopAction } from '../desktop.ts';
import type { FileOperation } from '../files.ts';
import { addressMeant, readPageTask } from './page-tasks.ts';

/** A path, and the device that stands before it: `@nas:~/work`. */
export interface Place {
  readonly device?: string;
  readonly path: string;
}

export type PlainTask =
  | { readonly kind: 'files'; readonly operation: FileOperation; readonly device?: string }
  /** A text that its editor changes: who reads it and writes it back is a person at a screen. */
  | { readonly kind: 'edit'; readonly path: string; readonly device?: string }
  | { readonly kind: 'transfer'; readonly from: Place; readonly to: Place }
  | { readonly kind: 'browser'; readonly action: BrowserAction }
  /** Understood, and not to be done as it stands. */
  | { readonly kind: 'unclear'; readonly reason: string; readonly hint: string }
  | { readonly kind: 'desktop'; readonly action: DesktopAction };

const QUOTED = `"[^"]+"|'[^']+'`;
const PLACE = `(?:@[A-Za-z0-9][A-Za-z0-9._-]*:)?(?:${QUOTED}|\\S+)`;

type Make = (match: RegExpExecArray) => PlainTask | undefined;

const VERBS: readonly (readonly [pattern: RegExp, make: Make])[] = [
  [whole(`(?:list|ls)\\s+(${PLACE})`), one((path) => ({ op: 'list', path }))],
  [whole(`(?:read|show|cat|print)\\s+(${PLACE})`), one((path) => ({ op: 'read', path, as: 'auto' }))],
  [whole(`edit\\s+(${PLACE})`), edit],
  [whole(`stat\\s+(${PLACE})`), one((path) => ({ op: 'stat', path }))],
  [whole(`(?:delete|remove|rm)\\s+(${PLACE})`), one((path) => ({ op: 'delete', path }))],
  [whole(`(?:mkdir|make\\s+(?:a\\s+|the\\s+)?folder)\\s+(${PLACE})`), one((path) => ({ op: 'make-folder', path }))],
  [
    whole(`find\\s+(${QUOTED}|\\S+)\\s+in\\s+(${PLACE})`),
    ([, name = '', place = '']) => files(place, (path) => ({ op: 'search', path, names: [unquoted(name)] })),
  ],
  [
    whole(`search\\s+(?:for\\s+)?(${QUOTED}|\\S+)\\s+in\\s+(${PLACE})`),
    ([, content = '', place = '']) => files(place, (path) => ({ op: 'search', path, content: unquoted(content) })),
  ],
  [whole(`(?:copy|cp)\\s+(${PLACE})\\s+(?:to\\s+)?(${PLACE})`), two('copy')],
  [whole(`(?:move|mv)\\s+(${PLACE})\\s+(?:to\\s+)?(${PLACE})`), two('move')],
  [whole(`(?:copy|cp)\\s+(${PLACE})\\s+from\\s+@([A-Za-z0-9][A-Za-z0-9._-]*)\\s+to\\s+(${PLACE})`), fetched],
  [whole(`(?:copy|cp)\\s+(${PLACE})\\s+to`), sent],
  [whole(`(?:copy|cp|move|mv)\\s+(${PLACE})`), nowhere],
  [/^(?:take\s+)?(?:a\s+)?screenshot(?:\s+of(?:\s+the)?(?:\s+screen)?)?$/i, () => screenshot()],
];

/** `text`: without the devices that are named at its end. Undefined for what is none of these. */
export function readPlainTask(text: string): PlainTask | undefined {
  const page = readPageTask(text);
  if (page !== undefined) return { kind: 'browser', action: page };
  for (const [pattern, make] of VERBS) {
    const match = pattern.exec(text);
    const task = match === null ? undefined : make(match);
    if (task !== undefined) return task;
  }
  const address = addressMeant(text);
  if (address === undefined) return undefined;
  return { kind: 'unclear', reason: 'a page is opened by its whole address', hint: `write ${address}` };
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, 'i');
}

function one(operation: (path: string) => FileOperation): Make {
  return ([, place = '']) => files(place, operation);
}

function files(text: string, operation: (path: string) => FileOperation): PlainTask | undefined {
  const place = readPlace(text);
  if (place === undefined) return undefined;
  const { path, device } = place;
  return { kind: 'files', operation: operation(path), ...(device === undefined ? {} : { device }) };
}

function edit([, text = '']: RegExpExecArray): PlainTask | undefined {
  const place = readPlace(text);
  return place === undefined ? undefined : { kind: 'edit', ...place };
}

function two(op: 'copy' | 'move'): Make {
  return ([, first = '', second = '']) => {
    const [from, to] = [readPlace(first), readPlace(second)];
    if (from === undefined || to === undefined) return undefined;
    if (from.device !== to.device && op === 'copy') return { kind: 'transfer', from, to };
    if (from.device !== to.device) {
      return { kind: 'unclear', reason: 'a move is about one device', hint: 'copy it there, then delete it here' };
    }
    const device = from.device === undefined ? {} : { device: from.device };
    return { kind: 'files', operation: { op, from: from.path, to: to.path }, ...device };
  };
}

/** `copy ~/a from @nas to ~/b`. */
function fetched([, path = '', device = '', place = '']: RegExpExecArray): PlainTask | undefined {
  const [from, to] = [readPlace(path), readPlace(place)];
  if (from === undefined || to === undefined || from.device !== undefined) return undefined;
  return { kind: 'transfer', from: { device, path: from.path }, to };
}

/** `copy ~/a to @nas`: into the home folder there. The device at the end is that of the place that names none. */
function sent([, text = '']: RegExpExecArray): PlainTask | undefined {
  const from = readPlace(text);
  return from === undefined ? undefined : { kind: 'transfer', from: { device: 'local', ...from }, to: { path: '~' } };
}

function nowhere([, text = '']: RegExpExecArray): PlainTask | undefined {
  if (readPlace(text) === undefined) return undefined;
  return { kind: 'unclear', reason: 'it does not say where to', hint: 'for example: copy @nas:~/a.txt to ~/b.txt' };
}

function screenshot(): PlainTask {
  return { kind: 'desktop', action: { kind: 'desktop', steps: [{ action: 'screenshot' }] } };
}

/** What is quoted, names a device, or looks like a path; any other word is none. */
function readPlace(text: string): Place | undefined {
  const [, device, rest = ''] = /^(?:@([^:]+):)?(.*)$/s.exec(text) ?? [];
  const path = unquoted(rest);
  const isPath = device !== undefined || path !== rest || /^(?:~|\.{1,2}$)|\//.test(path);
  if (!isPath || path === '') return undefined;
  return device === undefined ? { path } : { device, path };
}

function unquoted(text: string): string {
  const quote = text[0];
  return text.length > 2 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
}
