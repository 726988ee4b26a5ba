/**
 * Brings the files that code made: out of the answer, from a URL in it, or one by one from where the service keeps them. A URL of
 * another host gets no key, and a name never leads out of a folder.
 */

import { isInnerName } from '../../../core/cloud.ts';
import type { ConnectorFiles } from '../../../core/connectors.ts';
import type { CodeEvent, CodeRequest } from './conversation.ts';
import { asText } from './mapping.ts';
import type { Operation } from './operation.ts';
import { authOf } from './request.ts';

type FileEvent = Extract<CodeEvent, { type: 'file' }>;
type Listed = Readonly<Record<string, unknown>>;

/** One more than anybody keeps, so that it is told. */
const MOST_FILES = 1001;

export interface ReceivedFiles {
  /** Of what an answer lists. */
  fromAnswer(listed: readonly Listed[]): AsyncGenerator<FileEvent, void>;
  /** Of what is asked for after the run. */
  fromService(files: ConnectorFiles): AsyncGenerator<FileEvent, void>;
}

export function createReceivedFiles(operation: Operation, { files: sent }: CodeRequest): ReceivedFiles {
  const names = new Set<string>();

  const event = (name: unknown, bytes: Uint8Array, mimeType: unknown): FileEvent => ({
    type: 'file',
    name: freeName(innerName(asText(name) ?? ''), names),
    bytes,
    ...(typeof mimeType === 'string' ? { mimeType } : {}),
  });

  return {
    async *fromAnswer(listed) {
      for (const file of listed) {
        if (names.size >= MOST_FILES) return;
        const bytes = inlineBytes(file) ?? (await download(operation, file.url));
        if (bytes !== undefined) yield event(file.name, bytes, file.mimeType);
      }
    },
    async *fromService(files) {
      const { search } = operation;
      const answer = await operation.callJson(files.list, 'files.list');
      const items = search(answer, files.items);
      for (const item of Array.isArray(items) ? (items as Listed[]) : []) {
        if (names.size >= MOST_FILES) return;
        const bytes = await contentOf(operation, files, item);
        if (bytes !== undefined && !wasSent(sent, item.name, bytes)) yield event(item.name, bytes, item.mimeType);
      }
    },
  };
}

function inlineBytes({ content, base64 }: Listed): Uint8Array | undefined {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  return typeof content === 'string' ? Buffer.from(content) : undefined;
}

async function download(operation: Operation, link: unknown): Promise<Uint8Array | undefined> {
  if (typeof link !== 'string') return undefined;
  const { making, failures } = operation;
  const url = URL.parse(link, making.connector.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw failures.ofShape(
      `a file of its answer has no URL that can be read (${failures.quote({ text: link, cut: false })})`,
    );
  const auth = url.origin === new URL(making.connector.url).origin ? authOf(making) : {};
  const reply = await operation.send({ method: 'GET', url: url.href, headers: { 'user-agent': 'dispatch', ...auth } });
  return reply.bytes();
}

async function contentOf(operation: Operation, files: ConnectorFiles, item: Listed): Promise<Uint8Array | undefined> {
  const { get, content, base64 } = files;
  if (get === undefined) return inlineBytes(item);
  if (content === undefined && base64 === undefined) return operation.callBytes(get, 'files.get', { item });
  const answer = await operation.callJson(get, 'files.get', { item });
  const find = (expression: string | undefined): unknown =>
    expression === undefined ? undefined : operation.search(answer, expression);
  return inlineBytes({ content: find(content), base64: find(base64) });
}

/** It is there because we put it there, and nobody has changed it. */
function wasSent(sent: CodeRequest['files'], name: unknown, bytes: Uint8Array): boolean {
  const before = sent.find((file) => file.name === name);
  return before !== undefined && Buffer.from(before.base64, 'base64').equals(bytes);
}

function innerName(name: string): string {
  if (isInnerName(name)) return name;
  const last = name.split(/[/\\]/).at(-1)?.replaceAll('\0', '').slice(-100) ?? '';
  return isInnerName(last) ? last : 'file';
}

/** `figure.png`, then `figure-2.png`. */
function freeName(name: string, taken: Set<string>): string {
  const [, stem = name, extension = ''] = /^(.*?[^/])(\.[^./]+)?$/.exec(name) ?? [];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem}-${number}${extension}`;
  taken.add(free);
  return free;
}
