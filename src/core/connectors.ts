/**
 * Connectors: how the cloud routes reach a service over HTTP, as data. Templates are Liquid, mappings are JMESPath; what they mean to a
 * service stands in a preset or in config.toml, and nowhere in the code.
 */

import type { Route } from './actions.ts';

export const CLOUD_ROUTES = ['cloud-knowledge', 'cloud-code'] as const satisfies readonly Route[];
export type CloudRoute = (typeof CLOUD_ROUTES)[number];

/** Connectors are named as devices are: in config.toml, and after `--connector`. */
export const CONNECTOR_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Under which a key is kept: `key = { keyring = NAME }`, and `dispatch connector key NAME`. */
export const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The one that every device has, with nothing configured. */
export const EMBEDDED = 'embedded';

/** What a person or the router may know of a connector: nothing secret is in it. */
export interface ConnectorSummary {
  readonly name: string;
  readonly preset?: string;
  readonly description: string;
  readonly routes: readonly CloudRoute[];
  /** Where it sends to: scheme, host and port. */
  readonly origin: string;
  readonly model?: string;
  /** Its model can be given tools, so it can be the assistant. */
  readonly tools: boolean;
  /** Of a connector that runs code: the languages that it is told to take; any if absent. */
  readonly languages?: readonly string[];
  /** The routes that go to it where none is named. */
  readonly defaultFor: readonly CloudRoute[];
  /** Why it cannot be used as it is, as a phrase: a key that is missing. */
  readonly trouble?: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const RESPONSE_FORMATS = ['json', 'text', 'sse', 'ndjson', 'stream', 'websocket'] as const;

/**
 * What templates have besides the filters of Liquid: `refuse` ends the call with its text as the reason, `parse` reads a JSON object
 * from a text (an empty one if it is none), `zip` packs files into a ZIP as base64.
 */
export const TEMPLATE_FILTERS = ['refuse', 'parse', 'zip'] as const;

/** Where the key of a connector is found when it is used. */
export type KeySource =
  | { readonly env: string }
  | { readonly file: string }
  /** The name of an entry of the system's keyring, or of the private file that stands in for one. */
  | { readonly keyring: string };

export interface ConnectorAuth {
  readonly key: KeySource;
  /** The header that carries it. */
  readonly header: string;
  /** Before the key in the header, with a space: `Bearer`. */
  readonly scheme?: string;
  /** True if the service can be used without: then a missing key is no trouble. */
  readonly optional?: true;
}

/** One HTTP request. All texts are Liquid templates. */
export interface ConnectorCall {
  readonly method: string;
  /** Added to the URL of the connector. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Of a JSON body every output is escaped as JSON, and the whole must parse. */
  readonly body?: string;
  readonly bodyType?: 'json' | 'form' | 'text';
  /** Names for later templates → JMESPath in the answer. */
  readonly save?: Readonly<Record<string, string>>;
  /** Made only if this template gives something else than nothing, `false` or `0`. */
  readonly when?: string;
  /** Made once for each item of this list of the template's values; the item is `item` there. */
  readonly each?: string;
}

/** Until the state is one of neither list, or of `failed`. */
export interface ConnectorPoll {
  readonly call: ConnectorCall;
  /** JMESPath. */
  readonly state: string;
  readonly pending: readonly (string | number | boolean)[];
  readonly failed: readonly (string | number | boolean)[];
  readonly everyMs: number;
}

/** JMESPath for each thing that an answer, or one event of a stream, may hold. What is absent is never there. */
export interface ConnectorMapping {
  readonly text?: string;
  readonly model?: string;
  /** A list of `{ title, url?, line?, endLine? }`. */
  readonly citations?: string;
  /** `{ input?, output? }`; the largest that was seen counts. */
  readonly usage?: string;
  /** A list of `{ index, id?, name?, arguments? }`: arguments of the same index are joined. */
  readonly toolCalls?: string;
  /** Why it ended; something else than `complete` below means that it was cut off. */
  readonly stop?: string;
  readonly complete?: readonly string[];
  /** A failure that came with status 200, as text. */
  readonly error?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** The first that was seen counts. */
  readonly exitCode?: string;
  readonly signal?: string;
  /** True if it took longer than it was given. */
  readonly timedOut?: string;
  readonly message?: string;
  /** A list of `{ name, content? | base64? | url?, mimeType? }`. */
  readonly files?: string;
  /** True of the event that is the last. */
  readonly done?: string;
}

export interface ConnectorResponse extends ConnectorMapping {
  /** `stream`: SSE, NDJSON or one JSON, as its content type says. `websocket`: the call opens one, and sends its body as the first message. */
  readonly format: (typeof RESPONSE_FORMATS)[number];
  /** The data of an SSE event that ends the stream: `[DONE]`. */
  readonly end?: string;
  /**
   * JMESPath, true of the last value of a stream: one that ends without is not whole. An answer in one piece is not asked; `done`, of
   * the mapping, is for those that say so in any case.
   */
  readonly streamDone?: string;
  /** stdout and stderr are base64. Either may be a list of texts, each by itself. */
  readonly encoding?: 'base64';
}

/** Files that are asked for after the code has run. */
export interface ConnectorFiles {
  readonly list: ConnectorCall;
  /** JMESPath: a list of `{ name, … }`, each of which is `item` for `get`. */
  readonly items: string;
  readonly get?: ConnectorCall;
  /** JMESPath in the answer of `get`. */
  readonly content?: string;
  readonly base64?: string;
}

export interface ConnectorLimits {
  readonly connectMs: number;
  /** Until the headers of the answer are there. */
  readonly firstByteMs: number;
  /** Between two pieces of a stream. */
  readonly idleMs: number;
  readonly totalMs: number;
  /** Of all that is read of one answer, unpacked. */
  readonly responseBytes: number;
  readonly retries: number;
}

export interface Connector {
  readonly name: string;
  readonly preset?: string;
  readonly description: string;
  /** Where the protocol is described. */
  readonly docs?: string;
  readonly routes: readonly CloudRoute[];
  /** The beginning of every URL: http: or https:. */
  readonly url: string;
  /** Values for the templates: the model, and whatever the preset names. */
  readonly settings: Readonly<Record<string, Json>>;
  readonly auth?: ConnectorAuth;
  /** Of every call. */
  readonly headers: Readonly<Record<string, string>>;
  /** As people write a language → as the service does. Absent: any, as it is written. */
  readonly languages?: Readonly<Record<string, Json>>;
  readonly call: ConnectorCall;
  /** Made before it, in order. */
  readonly before: readonly ConnectorCall[];
  readonly poll?: ConnectorPoll;
  readonly files?: ConnectorFiles;
  /** Made when the run is stopped, or takes too long. */
  readonly cancel?: ConnectorCall;
  /** Made at the end in any case. */
  readonly after: readonly ConnectorCall[];
  readonly response: ConnectorResponse;
  readonly tools: boolean;
  readonly limits: ConnectorLimits;
  /** `environment`: HTTPS_PROXY and its like; `none`; or the URL of one. */
  readonly proxy: string;
  /** A file of certificates to trust besides the usual ones. */
  readonly caFile?: string;
  /** `public` refuses to connect to loopback, private and link-local addresses. */
  readonly addresses: 'any' | 'public';
  /** It does what has the same `Idempotency-Key` once: so a program may be sent again. */
  readonly idempotencyKeys?: true;
  /** How much may be asked at once; the rest waits. */
  readonly slots: number;
}

/** What a service calls a language, and as which of its names; capitals make no difference. Undefined where it has none of that name. */
export function findLanguage(
  languages: NonNullable<Connector['languages']>,
  called: string,
): { readonly name: string; readonly value: unknown } | undefined {
  const wanted = called.toLowerCase();
  const name =
    Object.keys(languages).find((each) => each === called) ??
    Object.keys(languages).find((each) => each.toLowerCase() === wanted);
  return name === undefined ? undefined : { name, value: languages[name] };
}
