/**
 * The connections of one connector: straight or through a proxy, with the certificates that it trusts, and to public addresses only
 * where it says so. An address is judged when it is dialled, so that a name cannot mean one thing to the check and another to the socket.
 */

import { lookup as resolve } from 'node:dns';
import { lookup as resolveAll } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import type { Connector } from '../../../core/connectors.ts';
import { DispatchError } from '../../../core/errors.ts';
import { isPublicAddress, literalAddress } from './addresses.ts';
import { atHome, type KeyDeps } from './key-source.ts';
import { keepUpgraded, type Upgraded } from './upgraded.ts';

/** A request that comes after the last one within this finds its connection warm. */
const KEEP_ALIVE_MS = 30_000;

export interface Dialler {
  readonly dispatcher: Dispatcher;
  /** For a connection of one's own: what `net` and `tls` take. */
  readonly options: { readonly lookup?: LookupFunction; readonly ca?: string[] };
  /** The proxy that a URL goes through, without a password in it. */
  proxyOf(url: URL): string | undefined;
  /** Throws if the URL names an address that may not be dialled. Names are looked at when they are resolved. */
  check(url: URL): void;
  /** Whoever opens one releases it. */
  websocket(): ReturnType<Upgraded['open']>;
  /** All connections, websockets too. */
  close(): Promise<void>;
}

export function createDialler(connector: Connector, { env, home }: Pick<KeyDeps, 'env' | 'home'>): Dialler {
  const guarded = connector.addresses === 'public';
  const ca = connector.caFile === undefined ? undefined : withUsual(connector.name, atHome(connector.caFile, home));
  const options = { ...(guarded ? { lookup: publicLookup } : {}), ...(ca === undefined ? {} : { ca }) };
  const tls = ca === undefined ? {} : { ca };
  const timeout = connector.limits.connectMs;
  const shared = {
    connect: { ...options, timeout },
    requestTls: { ...tls, timeout },
    proxyTls: { ...tls, timeout },
    // Time-outs are kept by who reads: those here look only every second.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    webSocket: { maxPayloadSize: connector.limits.responseBytes },
  };
  const proxies = proxiesOf(connector.proxy, env);
  const base = dispatcherOf(connector, proxies, shared);
  const upgraded = keepUpgraded(base);
  return {
    dispatcher: base,
    websocket: () => upgraded.open(),
    options,
    proxyOf: (url) => proxies.of(url),
    check(url) {
      const address = literalAddress(url.hostname);
      if (guarded && address !== undefined && !isPublicAddress(address)) throw notPublic(url.hostname, address);
    },
    async close() {
      upgraded.destroyAll();
      await base.destroy();
    },
  };
}

function dispatcherOf(connector: Connector, proxies: Proxies, shared: Agent.Options): Dispatcher {
  try {
    if (proxies.kind === 'none') return new Agent(shared);
    if (proxies.kind === 'one') return new ProxyAgent({ ...shared, uri: connector.proxy });
    return new EnvHttpProxyAgent({ ...shared, ...proxies.environment });
  } catch {
    throw new DispatchError('config', 'its proxy is not a URL that can be used', {
      hint: 'check proxy, or HTTP_PROXY and HTTPS_PROXY in the environment',
    });
  }
}

interface Proxies {
  readonly kind: 'none' | 'one' | 'environment';
  readonly environment: { readonly httpProxy: string; readonly httpsProxy: string; readonly noProxy: string };
  of(url: URL): string | undefined;
}

/** As curl reads them: small letters first, HTTPS_PROXY for https:, and NO_PROXY for both. */
function proxiesOf(proxy: string, env: KeyDeps['env']): Proxies {
  const read = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
  const environment = { httpProxy: read('HTTP_PROXY'), httpsProxy: read('HTTPS_PROXY'), noProxy: read('NO_PROXY') };
  const any = environment.httpProxy !== '' || environment.httpsProxy !== '';
  const kind = proxy === 'environment' ? (any ? 'environment' : 'none') : proxy === 'none' ? 'none' : 'one';
  return {
    kind,
    environment,
    of(url) {
      if (kind === 'none') return undefined;
      if (kind === 'one') return URL.parse(proxy)?.origin;
      if (isExcepted(url, environment.noProxy)) return undefined;
      const named = url.protocol === 'https:' ? environment.httpsProxy || environment.httpProxy : environment.httpProxy;
      return named === '' ? undefined : URL.parse(named)?.origin;
    },
  };
}

/** As undici does it, for telling which way a request goes. */
function isExcepted({ hostname, port, protocol }: URL, noProxy: string): boolean {
  if (noProxy === '*') return true;
  const usual = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, host = '', only] = /^\*?\.?(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (host === '' || (only !== undefined && only !== usual)) return false;
    return hostname === host || hostname.endsWith(`.${host}`);
  });
}

function withUsual(name: string, file: string): string[] {
  try {
    return [...getCACertificates('default'), readFileSync(file, 'utf8')];
  } catch (error) {
    throw new DispatchError('config', `connector "${name}": cannot read its ca_file: ${(error as Error).message}`, {
      hint: 'check the file and its permissions',
    });
  }
}

/** Refuses a name as soon as one of its addresses is not public: such a name is not what it seems. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const inner = addresses.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses;
    if (inner !== undefined) return callback(notPublic(hostname, inner.address), '', 0);
    if (options.all) return callback(null, addresses);
    return callback(null, first?.address ?? '', first?.family);
  });
};

function notPublic(host: string, address: string): DispatchError {
  const what = host === address || host === `[${address}]` ? address : `${host} is ${address}, which`;
  return new DispatchError('refused', `${what} is not an address of the public internet`, {
    hint: 'if it is meant, set addresses = "any"',
  });
}

/** False also as soon as one of its addresses is inside. A name that nobody knows is taken for public. */
export async function isPublicHost(hostname: string): Promise<boolean> {
  const literal = literalAddress(hostname);
  if (literal !== undefined) return isPublicAddress(literal);
  const found = await resolveAll(hostname, { all: true }).catch(() => []);
  return found.every(({ address }) => isPublicAddress(address));
}
