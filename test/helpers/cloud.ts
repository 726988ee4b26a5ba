// A server of src/cloud/ in a state folder of its own, and what asks it as a connector does.
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudServer, startCloudServer } from '../../src/cloud/cloud-server.ts';
import type { CodeLimits } from '../../src/cloud/code/job.ts';
import { manualFolder } from '../../src/cloud/manual-folder.ts';
import { cloudFilter } from '../../src/peer/cloud-filter.ts';

export const KEY = 'a-key-of-the-tests';

export interface Cloud {
  readonly server: CloudServer;
  readonly stateDir: string;
  readonly url: string;
  /** A request with the key, and JSON where there is a body. */
  request(path: string, options?: { body?: unknown; method?: string; signal?: AbortSignal }): Promise<Response>;
  status(): Promise<CloudStatus>;
  ask(question: string, more?: object): Promise<Asked>;
  run(language: string, source: string, more?: object): Promise<Ran>;
  close(): Promise<void>;
}

export interface CloudStatus {
  readonly name: string;
  readonly version: string;
  readonly knowledge: {
    readonly documents: number;
    readonly sections: number;
    readonly folders: readonly { readonly path: string; readonly documents: number; readonly trouble?: string }[];
    readonly refreshed: { readonly read: number; readonly removed: number };
  };
  readonly languages: readonly {
    readonly name: string;
    readonly runtime: string;
    readonly aliases: readonly string[];
  }[];
  readonly noPrograms?: string;
}

export interface Asked {
  readonly text: string;
  readonly citations: readonly { title: string; url?: string; line?: number; endLine?: number }[];
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
  readonly files: Readonly<Record<string, Buffer>>;
  readonly end: {
    readonly exitCode?: number;
    readonly signal?: string;
    readonly timedOut?: boolean;
    readonly message?: string;
    readonly runtime: string;
  };
}

interface CloudOptions {
  readonly folders?: readonly string[];
  readonly limits?: Partial<CodeLimits>;
  /** One that stays. */
  readonly stateDir?: string;
  readonly manualDir?: string;
}

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { folders = [], limits = {}, manualDir = manualFolder() } = options;
  const stateDir = options.stateDir ?? newFolder('state');
  const server = await startCloudServer({
    version: '0.0.0',
    folders,
    manualDir,
    stateDir,
    key: KEY,
    limits,
    path: process.env.PATH ?? '',
    filter: cloudFilter(),
  });
  const request: Cloud['request'] = (path, { body, method = body === undefined ? 'GET' : 'POST', signal } = {}) =>
    fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    server,
    stateDir,
    url: server.url,
    request,
    status: async () => (await (await request('/v1/status')).json()) as CloudStatus,
    async ask(question, more = {}) {
      const response = await request('/v1/answers', { body: { question, ...more } });
      if (!response.ok) throw new Error(await response.text());
      return readAnswer(await response.text());
    },
    async run(language, source, more = {}) {
      const response = await request('/v1/code', { body: { language, source, ...more } });
      if (!response.ok) throw new Error(await response.text());
      return readRun(await response.text());
    },
    async close() {
      await server.close();
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

export function newFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `dispatch-cloud-${name}-`)));
}

function readAnswer(text: string): Asked {
  const events = text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as { type: string; text: string; title: string });
  if (events.at(-1)?.type !== 'end') throw new Error('the answer has no end');
  return {
    text: events.map((event) => (event.type === 'text' ? event.text : '')).join(''),
    citations: events.filter(({ type }) => type === 'citation').map(({ type: _, ...citation }) => citation),
  };
}

export function readRun(text: string): Ran {
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; stream?: string; base64: string; name: string });
  const bytesOf = (stream: string): Buffer =>
    Buffer.concat(events.filter((event) => event.stream === stream).map(({ base64 }) => Buffer.from(base64, 'base64')));
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error('the run has no end');
  const { type: _, ...end } = last as unknown as Ran['end'] & { type: string };
  return {
    bytes: bytesOf('stdout'),
    stdout: bytesOf('stdout').toString('utf8'),
    stderr: bytesOf('stderr').toString('utf8'),
    files: Object.fromEntries(
      events.filter(({ type }) => type === 'file').map(({ name, base64 }) => [name, Buffer.from(base64, 'base64')]),
    ),
    end,
  };
}

/** The processes of this machine that have the words in their command line. */
export function processesLike(words: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).includes(words));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
