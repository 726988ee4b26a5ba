/** Which sites the browser may reach: what its owner denies, and nothing but what is allowed where something is. */

import { createHash } from 'node:crypto';
import { compileOrigin, fitsOrigin, type OriginPattern } from '../../../core/policy/origins.ts';

export interface SiteSettings {
  /** Patterns as in rules. Nothing else may be reached if there are any. */
  readonly allowed: readonly string[];
  /** They win over those that are allowed. */
  readonly denied: readonly string[];
}

export interface Sites {
  /** Why the address may not be opened, as a phrase; undefined if it may. */
  whyNot(url: string): string | undefined;
  /**
   * For Chromium's own look-ups, which redirects, scripts, sockets and pictures go through as well: by host, as ports and schemes are not
   * known there.
   */
  readonly resolverRules: string;
  /** Whether each request must be looked at, besides. */
  readonly looksAtRequests: boolean;
}

/** Where the clouds tell whoever asks from a machine its keys; the first ones also as IPv6 has them, as Chromium writes that. */
const METADATA_HOSTS = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '::ffff:a9fe:a9fe',
  '::ffff:a9fe:aa02',
  '::ffff:a9fe:aa17',
  '::ffff:6464:64c8',
  '::ffff:c000:c0',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'metadata.google.internal',
  'metadata',
];
const NOWHERE = '~NOTFOUND';

export function createSites({ allowed, denied }: SiteSettings): Sites {
  const may = allowed.map(compileOrigin);
  const mayNot = denied.map(compileOrigin);
  return {
    whyNot(text) {
      const given = originOf(text);
      const origin = given?.replace(FINAL_DOT, '');
      if (origin === undefined) return text === BLANK ? undefined : `${schemeOf(text)} addresses are not opened`;
      const host = hostOf(text);
      if (METADATA_HOSTS.some((each) => each === host))
        return `${host} is where a cloud keeps the keys of this machine`;
      if (mayNot.some((pattern) => fits(pattern, origin))) return `[browser] denied_origins has ${origin}`;
      if (may.length > 0 && !may.some((pattern) => fits(pattern, origin)))
        return `[browser] allowed_origins does not have ${origin}`;
      return undefined;
    },
    resolverRules: [
      ...(may.length === 0 ? [] : [`MAP * ${NOWHERE}`, ...may.map((pattern) => `EXCLUDE ${named(pattern)}`)]),
      ...mayNot.filter(isWholeHost).flatMap((pattern) => nowhere(named(pattern))),
      ...METADATA_HOSTS.flatMap((host) => nowhere(host.includes(':') ? `[${host}]` : host)),
    ].join(', '),
    looksAtRequests: may.length > 0 || mayNot.length > 0,
  };
}

export const BLANK = 'about:blank';

/** Of an address on the web; undefined for any other. */
export function originOf(url: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Of an origin: the same host to look-ups, and another one to browsers. */
const FINAL_DOT = /\.(?=:\d+$|$)/;

/** Tells one page of a site from another; nobody can read the address from it. */
export function pageId(url: string): string {
  return createHash('sha256').update(url.replace(/#.*$/s, '')).digest('hex').slice(0, 16);
}

/** An address of a socket is looked at as that of a page. */
export function asPage(url: string): string {
  return url.replace(/^ws(s?):/, 'http$1:');
}

/**
 * Whether a page that was asked for at one origin is the same at another one: with encryption, and with or without "www.", as most sites
 * send people on.
 */
export function isSameSite(asked: string, got: string): boolean {
  if (asked === got) return true;
  const [a, b] = [new URL(asked), new URL(got)];
  const bare = (host: string): string => host.replace(/^www\./, '');
  if (bare(a.hostname) !== bare(b.hostname)) return false;
  return a.protocol === b.protocol ? a.port === b.port : b.protocol === 'https:' && a.port === '' && b.port === '';
}

function fits(pattern: OriginPattern, origin: string): boolean {
  return fitsOrigin(pattern, origin);
}

/** A port of its own names a program on a host and not the host: the other ones stay where they can be reached. */
function isWholeHost({ port }: OriginPattern): boolean {
  return port === '' || port === '*' || port === '80' || port === '443';
}

/** With and without the dot at its end, which is the same host to look-ups. */
function nowhere(host: string): string[] {
  return host.startsWith('[') ? [`MAP ${host} ${NOWHERE}`] : [`MAP ${host} ${NOWHERE}`, `MAP ${host}. ${NOWHERE}`];
}

function named({ host, below }: OriginPattern): string {
  return below ? `*.${host}` : host;
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$|\.$/g, '');
}

function schemeOf(text: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[0] ?? 'relative';
}
