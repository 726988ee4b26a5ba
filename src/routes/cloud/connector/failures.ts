/**
 * What went wrong with a connector, in words: which one, what happened, what to do. One place makes them all, so that none of them
 * forgets to leave out the key. It keeps no cause: what libraries throw may hold headers.
 */

import type { Connector } from '../../../core/connectors.ts';
import { DispatchError, type ErrorCode } from '../../../core/errors.ts';
import { describeKey } from './key-source.ts';
import { deepest, isTls, isUnsent, proxyStatus } from './network.ts';
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
  /** `proxy`: what the way there leads through. */
  ofNetwork(thrown: unknown, url: string, proxy?: string): DispatchError;
  /** The service answers, and tells of a failure. */
  told(text: string): DispatchError;
  /** True of what `told` made: the service ended it itself. */
  wasTold(error: unknown): boolean;
  /** It is not what the mapping expects. */
  ofShape(what: string, excerpt?: Excerpt): DispatchError;
  ofTemplate(where: string, thrown: unknown): DispatchError;
  /** A JMESPath expression that cannot be evaluated. */
  ofExpression(where: string, thrown: unknown): DispatchError;
  timeout(what: string, ms: number, key: string): DispatchError;
  /** `most`: with its unit. The hint is about limits.response where none is given. */
  tooLarge(what: string, most: string, hint?: string): DispatchError;
  /** An answer, a line or an event that stops in the middle. */
  endedEarly(what: string): DispatchError;
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

/** A service that asks for more patience than this means never, or does not know what it says. */
const MOST_WAIT_S = 7 * 86_400;
const PROXY_HINT = 'check proxy, or HTTP_PROXY and HTTPS_PROXY in the environment';

export function createFailures(connector: Connector, scrubber: Scrubber): Failures {
  const { name, url, docs, auth } = connector;
  const origin = new URL(url).origin;
  const whose = auth === undefined ? 'it is set to use no key' : `the key comes from ${describeKey(auth.key)}`;
  const readDocs = docs === undefined ? '' : `; ${docs} describes it`;

  const own = new WeakSet<object>();

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
      if (status === 407) return make('refused', `something before it wants us to sign in, ${said}`, PROXY_HINT);
      if (status === 413) return make('too-large', `it takes no request as large as this, ${said}`, 'send less');
      if (status === 429) {
        const wait = patience(retryAfterMs);
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
    ofNetwork(thrown, to, proxy) {
      const error = deepest(thrown);
      if (error instanceof DispatchError) return make(error.code, error.message, error.hint ?? '', error.retryable);
      const turnedAway = proxyStatus(error);
      if (turnedAway !== undefined) return ofProxy(turnedAway, proxy);
      const byProxy = proxy !== undefined && isUnsent(error) && !isTls(error);
      const at = byProxy ? `the proxy ${proxy}` : safeOrigin(to);
      const known = NETWORK[error.code ?? ''];
      if (known !== undefined)
        return make('unavailable', `${at}: ${known.what}`, byProxy ? PROXY_HINT : known.hint(at), true);
      if (isTls(error))
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
    told(text) {
      const failure = make(
        'unavailable',
        `it says: ${scrubber.quote(messageIn(text))}`,
        `look into what it says${readDocs}`,
      );
      own.add(failure);
      return failure;
    },
    wasTold: (error) => own.has(error as object),
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
    ofExpression: (where, thrown) =>
      make(
        'config',
        `${where} cannot be found in what it answered: ${scrubber.quote((thrown as Error).message)}`,
        `mend connectors.${name} in config.toml`,
      ),
    timeout: (what, ms, key) =>
      make('timeout', `${what} within ${words(ms)}`, `try again, or give it longer with limits.${key}`, true),
    tooLarge: (what, most, hint = 'limits.response is the most that is read') =>
      make('too-large', `${what} is larger than ${most}`, hint),
    endedEarly: (what) =>
      make(
        'unavailable',
        `the connection ended in the middle of ${what}`,
        'try again; something between may cut it',
        true,
      ),
    missingKey: () =>
      make(
        'config',
        'it has no key',
        auth === undefined ? '' : `set ${describeKey(auth.key)}, or name another source with key`,
      ),
    cancelled: () => make('cancelled', 'stopped', ''),
  };

  function ofProxy(status: number, proxy: string | undefined): DispatchError {
    const which = proxy === undefined ? 'the proxy' : `the proxy ${proxy}`;
    if (status === 407)
      return make(
        'refused',
        `${which} does not let us through, status 407`,
        `${PROXY_HINT}: it wants a name and a password`,
      );
    return make('unavailable', `${which} does not lead to ${origin}, status ${status}`, PROXY_HINT, status >= 500);
  }

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

function patience(ms: number | undefined): string {
  const seconds = ms === undefined ? 0 : Math.ceil(ms / 1000);
  if (seconds < 1) return 'a while';
  if (seconds > MOST_WAIT_S) return 'for longer than a week, as it says';
  return seconds <= 3600 ? `${seconds} s` : `${Math.ceil(seconds / 3600)} h`;
}

function words(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
