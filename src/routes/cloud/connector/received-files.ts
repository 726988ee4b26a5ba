/**
 * Brings the files that code made: out of the answer, from a URL in it, or one by one from where the service keeps them. A URL of
 * another host gets no key, a name never leads out of a folder, and all of them together are no more than one answer may be: what is
 * beyond that is not loaded, and said.
 */

import { isInnerName } from '../../../core/cloud.ts';
import type { ConnectorFiles } from '../../../core/connectors.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { CodeEvent, CodeRequest } from './conversation.ts';
import { asText } from './mapping.ts';
import type { Operation, Way } from './operation.ts';
import { authOf } from './request.ts';

type FileEvent = Extract<CodeEvent, { type: 'file' }>;
type NoteEvent = Extract<CodeEvent, { type: 'output' }>;
type Listed = Readonly<Record<string, unknown>>;

export interface ReceivedFiles {
  /** Of what an answer lists. */
  fromAnswer(listed: readonly Listed[]): AsyncGenerator<FileEvent, void>;
  /** Of what is asked for after the run. A failure here takes nothing from what the run was. */
  fromService(files: ConnectorFiles): AsyncGenerator<FileEvent | NoteEvent, void>;
  /** What there is to say of files that are missing, on stderr. */
  notes(): Generator<NoteEvent, void>;
}

/** More than anybody looks at, and each of them is one request. */
const MOST_FILES = 500;
/** What a listing costs beside its bytes: so that empty files come to an end too. */
const EACH_BYTES = 512;
const PACKING_BYTES = 65_536;

export function createReceivedFiles(operation: Operation, { files: sent }: CodeRequest): ReceivedFiles {
  const { limits } = operation;
  const freeName = createNames();
  let bytesLeft = limits.responseBytes;
  let count = 0;
  let leftOut = 0;

  const isFull = (): boolean => count >= MOST_FILES || bytesLeft <= 0;
  /** `packed`: as Base64 in JSON, it takes more. */
  const way = (packed = false): Way => ({
    limits: { ...limits, responseBytes: packed ? Math.ceil((bytesLeft * 4) / 3) + PACKING_BYTES : bytesLeft },
  });
  /** The first that does not fit is the last that is loaded: what is left is not spent on trying others. */
  const leaveOut = (): undefined => {
    leftOut++;
    bytesLeft = 0;
  };

  const event = (name: unknown, bytes: Uint8Array, mimeType: unknown): FileEvent | undefined => {
    if (bytes.length > bytesLeft) return leaveOut();
    count++;
    bytesLeft -= bytes.length + EACH_BYTES;
    return {
      type: 'file',
      name: freeName(innerName(asText(name) ?? '')),
      bytes,
      ...(typeof mimeType === 'string' ? { mimeType } : {}),
    };
  };

  /** Undefined for what is too large for what is left, or not there. */
  const within = async (load: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> => {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof DispatchError) || error.code !== 'too-large') throw error;
      return leaveOut();
    }
  };

  async function* load(
    items: readonly Listed[],
    bytesOf: (item: Listed) => Promise<Uint8Array | undefined>,
    isNew: (item: Listed, bytes: Uint8Array) => boolean,
  ): AsyncGenerator<FileEvent, void> {
    for (const [index, item] of items.entries()) {
      if (isFull()) {
        leftOut += items.length - index;
        return;
      }
      const bytes = await within(() => bytesOf(item));
      const made = bytes !== undefined && isNew(item, bytes) ? event(item.name, bytes, item.mimeType) : undefined;
      if (made !== undefined) yield made;
    }
  }

  return {
    fromAnswer: (listed) =>
      load(
        listed,
        async (file) => inlineBytes(file) ?? (await download(operation, file.url, way())),
        () => true,
      ),
    async *fromService(files) {
      try {
        const listed = await itemsOf(operation, files);
        yield* load(
          listed,
          (item) => contentOf(operation, files, item, way(files.content !== undefined || files.base64 !== undefined)),
          (item, bytes) => !wasSent(sent, item.name, bytes),
        );
      } catch (error) {
        operation.signal.throwIfAborted();
        if (!(error instanceof DispatchError)) throw error;
        yield note(`the files that it made could not be had: ${error.message}`);
      }
    },
    *notes() {
      const most = `${MOST_FILES} files, ${limits.responseBytes} bytes in all (limits.response)`;
      if (leftOut > 0) yield note(`${leftOut} of the files that it made were left out; the most is ${most}`);
    },
  };
}

function note(text: string): NoteEvent {
  return { type: 'output', stream: 'stderr', bytes: Buffer.from(`dispatch: ${text}\n`) };
}

async function itemsOf(operation: Operation, files: ConnectorFiles): Promise<Listed[]> {
  const answer = await operation.callJson(files.list, 'files.list');
  const items = find(operation, answer, 'items', files.items);
  return Array.isArray(items) ? items.filter((item) => typeof item === 'object' && item !== null) : [];
}

function find({ search, failures }: Operation, answer: unknown, key: string, expression: string): unknown {
  try {
    return search(answer, expression);
  } catch (error) {
    throw failures.ofExpression(`files.${key}`, error);
  }
}

function inlineBytes({ content, base64 }: Listed): Uint8Array | undefined {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  return typeof content === 'string' ? Buffer.from(content) : undefined;
}

async function download(operation: Operation, link: unknown, way: Way): Promise<Uint8Array | undefined> {
  if (typeof link !== 'string') return undefined;
  const { making, failures } = operation;
  const url = URL.parse(link, making.connector.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw failures.ofShape(
      `a file of its answer has no URL that can be read (${failures.quote({ text: link, cut: false })})`,
    );
  const isOwn = url.origin === new URL(making.connector.url).origin;
  const headers = { 'user-agent': 'dispatch', ...(isOwn ? authOf(making) : {}) };
  const request = { method: 'GET', url: url.href, headers };
  const reply = await operation.send(request, isOwn ? way : { ...way, dialler: await operation.outside() });
  return reply.bytes();
}

async function contentOf(
  operation: Operation,
  files: ConnectorFiles,
  item: Listed,
  way: Way,
): Promise<Uint8Array | undefined> {
  const { get, content, base64 } = files;
  if (get === undefined) return inlineBytes(item);
  if (content === undefined && base64 === undefined) return operation.callBytes(get, 'files.get', { item }, way);
  const answer = await operation.callJson(get, 'files.get', { item }, way);
  const look = (key: string, expression: string | undefined): unknown =>
    expression === undefined ? undefined : find(operation, answer, key, expression);
  return inlineBytes({ content: look('content', content), base64: look('base64', base64) });
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

/** `figure.png`, then `figure-2.png`: the number is remembered, so that many of one name take no longer than many of any. */
function createNames(): (name: string) => string {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return (name) => {
    const [, stem = name, extension = ''] = /^(.*?[^/])(\.[^./]+)?$/.exec(name) ?? [];
    let free = name;
    let number = next.get(name) ?? 2;
    for (; taken.has(free); number++) free = `${stem}-${number}${extension}`;
    next.set(name, number);
    taken.add(free);
    return free;
  };
}
