/** What goes to a connector: a question, or code that runs elsewhere. A connector is named; what it is stands in the config of the device. */

import type { ArtifactId, RunId } from './ids.ts';

/** Something that goes along with a question: an artifact of the thread, or a file with its content. */
export type Attachment =
  | { readonly artifact: ArtifactId; readonly name: string }
  | { readonly name: string /** Base64. */; readonly content: string };

/** A question for a model, or for whatever else answers questions. */
export interface KnowledgeAction {
  readonly kind: 'knowledge';
  readonly question: string;
  /** As the device that asks calls it; its first choice if absent. */
  readonly connector?: string;
  /** The run whose answer it follows up: the conversation up to there goes along. */
  readonly after?: RunId;
  readonly attach?: readonly Attachment[];
  /** So many of the newest entries of the thread go along, in short. */
  readonly thread?: number;
  /** The model may propose runs, each with the ordinary policy and approvals. */
  readonly assistant?: true;
  readonly timeoutMs?: number;
}

/** A file that code finds in its working folder. */
export interface CodeFile {
  /** Relative, with forward slashes. */
  readonly name: string;
  readonly content: string;
  /** The content is base64, and else text. */
  readonly base64?: true;
}

/** A program in one of the languages that a connector runs. */
export interface CodeAction {
  readonly kind: 'code';
  readonly language: string;
  readonly source: string;
  readonly stdin?: string;
  readonly files?: readonly CodeFile[];
  readonly connector?: string;
  readonly timeoutMs?: number;
}

/** What file systems take of one name, in bytes. */
const LONGEST_PART = 255;
const UTF8 = new TextEncoder();

/** A file path that leads nowhere else: relative, without `..`. */
export function isInnerName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 255 &&
    !/[\0\\]/.test(name) &&
    name
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..' && UTF8.encode(part).length <= LONGEST_PART)
  );
}

/** No name twice, and none that is the folder of another: they can lie in one folder. */
export function areOneTree(files: readonly { readonly name: string }[]): boolean {
  const names = new Set(files.map(({ name }) => name));
  return (
    names.size === files.length &&
    files.every(({ name }) => {
      const parts = name.split('/');
      return parts.every((_, count) => count === 0 || !names.has(parts.slice(0, count).join('/')));
    })
  );
}

/** All of a question, with what goes along, as text for people. */
export function describeKnowledge({ question, attach = [] }: KnowledgeAction): string {
  return attach.length === 0 ? question : `${question}\n${attach.map(({ name }) => `+${name}`).join(' ')}`;
}

/** All of what runs, as text for people. */
export function describeCode({ source, stdin, files = [] }: CodeAction): string {
  const more = [
    ...files.map(({ name }) => `+${name}`),
    ...(stdin === undefined ? [] : [`with ${stdin.length} characters of input`]),
  ];
  return more.length === 0 ? source : `${source}\n${more.join(' ')}`;
}
