/** Web origins in rules and settings: `https://example.org`, `https://*.example.org`, `http://localhost:*`. */

const PATTERN =
  /^([a-z][a-z0-9+.-]*):\/\/((?:\*\.)?(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]))(?::(\d{1,5}|\*))?$/;

export interface OriginPattern {
  readonly scheme: string;
  /** Small letters. */
  readonly host: string;
  /** Whether hosts below that one are meant, and not that one. */
  readonly below: boolean;
  /** `*` is any; empty is the one of the scheme. */
  readonly port: string;
}

export function isOriginPattern(text: string): boolean {
  return PATTERN.test(text);
}

export const ORIGIN_RULE =
  '"https://example.org", "https://*.example.org" for what is below it, or "http://localhost:*" for any port';

/** Throws a RangeError for what is none. */
export function compileOrigin(text: string): OriginPattern {
  const [, scheme, host, port = ''] = PATTERN.exec(text) ?? [];
  if (scheme === undefined || host === undefined)
    throw new RangeError(`"${text}" is no origin: expected ${ORIGIN_RULE}`);
  const below = host.startsWith('*.');
  return { scheme, host: below ? host.slice(2) : host, below, port };
}

/** `origin` as a browser gives it: small letters, and no port where it is that of the scheme. */
export function fitsOrigin({ scheme, host, below, port }: OriginPattern, origin: string): boolean {
  const { scheme: itsScheme, host: itsHost, port: itsPort } = parseOrigin(origin) ?? {};
  if (itsHost === undefined || itsScheme !== scheme) return false;
  if (port !== '*' && itsPort !== (port === DEFAULT_PORTS[scheme] ? '' : port)) return false;
  return below ? itsHost.endsWith(`.${host}`) : itsHost === host;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };

function parseOrigin(origin: string): { scheme: string; host: string; port: string } | undefined {
  const [, scheme, host, port = ''] = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]/]*\]|[^:/[\]]+)(?::(\d+))?$/.exec(origin) ?? [];
  return scheme === undefined || host === undefined ? undefined : { scheme, host, port };
}
