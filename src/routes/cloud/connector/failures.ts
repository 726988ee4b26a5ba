/**
 * What went wrong with a connector, in words: which one, what happened, what to do. One place makes them all, so that none of them
 * forgets to leave out the key. It keeps no cause: what libraries throw may hold headers.
 */

import type { Connector } from '../../../core/connectors.ts';
import { DispatchError, type ErrorCode } from '../../../core/errors.ts';
import { describeKey } from './key-source.ts';
import type { Scrubber } from './scrub.ts';

/** What is shown of how an answer begins. */
export interface Excerpt {
  readonly text: string;
  /** It goes on beyond that. */
  readonly cut: boolean;
}

export interface Failures {
  /** The one way to make any: `what` follows the name of the connector. */
  make(code: ErrorCode, what: string, hint: string, retryable?: boolean): DispatchError;
  ofStatus(status: number, excerpt: Excerpt, retryAfterMs?: number): DispatchError;
  ofNetwork(thrown: unknown, url: string): DispatchError;
  /** The service answers, and tells of a failure. */
  told(text: string): DispatchError;
  /** It is not what the mapping expects. */
  ofShape(what: string, excerpt?: Excerpt): DispatchError;
  ofTemplate(where: string, thrown: unknown): DispatchError;
  timeout(what: string, ms: number, key: string): DispatchError;
  tooLarge(what: string, bytes: number): DispatchError;
  missingKey(): DispatchError;
  cancelled(): DispatchError;
  /** Something of the answer, for a message. */
  quote(excerpt: Excerpt): string;
}

/** Node's and undici's codes for what can be said in plain words. */
const NETWORK: Readonly<Record<string, { what: string; hint: (origin: string) => string }>> = {
  ECONNREFUSED: { what: 'nothing listens there', hint: (origin) => `is it running at ${origin}?` },
  ENOTFOUND: { what: 'there is no such host', hint: () => 'check its url, and that this device is online' },
  EAI_AGAIN: { what: 'its name could not be looked up', hint: () => 'check that this device is online' },
  ENETUNREACH: { what: 'there is no way to it from here', hint: () => 'check that this device is online' },
  EHOSTUNREACH: {
    what: 'there is no way to it from here',
    hint: () => 'check its url, and that this device is online',
  },
  ECONNRESET: { what: 'the connection was reset', hint: () => 'try again; something between may cut it' },
  UND_ERR_SOCKET: { what: 'the connection was closed', hint: () => 'try again; something between may cut it' },
  EPIPE: { what: 'the connection was closed', hint: () => 'try again; something between may cut it' },
  ETIMEDOUT: {
    what: 'it cannot be reached',
    hint: (origin) => `is it running at ${origin}, and not behind a firewall?`,
  },
  UND_ERR_CONNECT_TIMEOUT: {
    what: 'it cannot be reached',
    hint: (origin) => `is it running at ${origin}, and not behind a firewall? limits.connect is how long is waited`,
  },
};

const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH)/;

export function createFailures(connector: Connector, scrubber: Scrubber): Failures {
  const { name, url, docs, auth } = connector;
  const origin = new URL(url).origin;
  const whose = auth === undefined ? 'it is set to use no key' : `the key comes from ${describeKey(auth.key)}`;
  const readDocs = docs === undefined ? '' : `; ${docs} describes it`;

  const make: Failures['make'] = (code, what, hint, retryable = false) =>
    new DispatchError(code, scrubber.scrub(`connector "${name}": ${what}`), { hint: scrubber.scrub(hint), retryable });
  const quote = ({ text, cut }: Excerpt): string => scrubber.quote(text, cut);
  const saying = (excerpt: Excerpt): string => {
    const said = quote({ ...excerpt, text: messageIn(excerpt.text) });
    return said === '' ? '' : `: ${said}`;
  };

  return {
    make,
    quote,
    ofStatus(status, excerpt, retryAfterMs) {
      const said = `status ${status}${saying(excerpt)}`;
      if (status === 401 || status === 403)
        return make('refused', `it does not let us in, ${said}`, `${whose}; check it`);
      if (status === 404 || status === 405)
        return make('not-found', `there is no such thing, ${said}`, `check its url and model${readDocs}`);
      if (status === 407) return make('refused', `the proxy does not let us through, ${said}`, 'check its proxy');
      if (status === 413) return make('too-large', `it takes no request as large as this, ${said}`, 'send less');
      if (status === 429) {
        const wait = retryAfterMs === undefined ? 'a while' : `${Math.ceil(retryAfterMs / 1000)} s`;
        return make(
          'unavailable',
          `it has had too many requests, ${said}`,
          `wait ${wait}, or look at your quota there`,
          true,
        );
      }
      if (status >= 500)
        return make('unavailable', `it failed, ${said}`, 'try again later; the trouble is on its side', true);
      if (status >= 300 && status < 400) return make('invalid', `it sends us elsewhere, ${said}`, 'check its url');
      return make('invalid', `it does not take the request, ${said}`, `check its settings${readDocs}`);
    },
    ofNetwork(thrown, to) {
      const error = deepest(thrown);
      const at = safeOrigin(to);
      if (error instanceof DispatchError) return make(error.code, error.message, error.hint ?? '', error.retryable);
      const known = NETWORK[error.code ?? ''];
      if (known !== undefined) return make('unavailable', `${at}: ${known.what}`, known.hint(at), true);
      if (TLS.test(error.code ?? ''))
        return make(
          'unavailable',
          `${at}: its certificate or TLS is not to be trusted (${error.code}: ${scrubber.quote(error.message)})`,
          'if it is yours, name the certificate of who signed it with ca_file',
        );
      return make(
        'unavailable',
        `${at}: ${scrubber.quote(error.message) || 'the connection failed'}`,
        'try again; check its url',
        true,
      );
    },
    told: (text) =>
      make('unavailable', `it says: ${scrubber.quote(messageIn(text))}`, `look into what it says${readDocs}`),
    ofShape: (what, excerpt) =>
      make(
        'invalid',
        excerpt === undefined ? what : `${what}; it begins ${JSON.stringify(quote(excerpt))}`,
        `check that its url and preset belong together${readDocs}`,
      ),
    ofTemplate: (where, thrown) =>
      make(
        'config',
        `template ${where}: ${scrubber.quote((thrown as Error).message)}`,
        `mend connectors.${name} in config.toml`,
      ),
    timeout: (what, ms, key) =>
      make('timeout', `${what} within ${words(ms)}`, `try again, or give it longer with limits.${key}`, true),
    tooLarge: (what, bytes) =>
      make('too-large', `${what} is larger than ${bytes} bytes`, 'limits.response is the most that is read'),
    missingKey: () =>
      make(
        'config',
        'it has no key',
        auth === undefined ? '' : `set ${describeKey(auth.key)}, or name another source with key`,
      ),
    cancelled: () => make('cancelled', 'stopped', ''),
  };

  function safeOrigin(text: string): string {
    return URL.parse(text)?.origin ?? origin;
  }
}

/** What services say is often JSON around a sentence. */
function messageIn(text: string): string {
  try {
    const data = JSON.parse(text);
    const inner = data?.error?.message ?? data?.message ?? data?.error ?? data?.detail ?? data?.reason;
    return typeof inner === 'string' ? inner : text;
  } catch {
    return text;
  }
}

/** `fetch` says little: what happened is the cause of its error, and with several addresses the first of many. */
function deepest(thrown: unknown): Error & { code?: string } {
  let error = thrown as Error & { code?: string; errors?: unknown[] };
  for (let depth = 0; depth < 5; depth++) {
    const inner = error.errors?.[0] ?? error.cause;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  return error;
}

function words(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
