/**
 * The connectors of this device: those of config.toml and the embedded one, each ready to be used when a run wants it. A client of a
 * connector is made once and kept, so that connections stay warm.
 */

import { connectorFromPreset, connectorsOf, defaultConnector, summaryOf } from '../config/connectors.ts';
import type { Config } from '../config/schema.ts';
import { type CloudRoute, type Connector, type ConnectorSummary, EMBEDDED } from '../core/connectors.ts';
import { DispatchError } from '../core/errors.ts';
import type { Connectors } from '../engine/owner-ports.ts';
import type { ConnectorStage } from '../protocol/connector-api.ts';
import type { ConnectorClient } from '../routes/cloud/connector/conversation.ts';
import { type KeyDeps, keyTrouble, readKey } from '../routes/cloud/connector/key-source.ts';
import { removeKey, storeKey } from '../routes/cloud/connector/stored-keys.ts';
import type { ConnectorBook } from '../routes/cloud/ports.ts';
import type { EmbeddedCloud } from './embedded-cloud.ts';
import { systemClock } from './system.ts';

/** The variable that the preset of the embedded one names; it is in no environment but the one that its client is given. */
const EMBEDDED_KEY = 'DISPATCH_EMBEDDED_KEY';
const TEST_MS = 60_000;
/** How long keys that were read are taken for what they are. */
const KEYS_MS = 30_000;

export interface ConnectorsOptions extends KeyDeps {
  readonly config: Pick<Config, 'connectors' | 'cloud' | 'assistant' | 'routing'>;
  readonly embedded: EmbeddedCloud;
  /** Told of calls at the end that failed: something may go on at the service. */
  readonly warn: (message: string) => void;
}

export interface PeerConnectors extends Connectors, ConnectorBook {
  close(): Promise<void>;
}

interface Ready {
  readonly url: string;
  readonly client: Promise<ConnectorClient>;
}

export function createConnectors({ config, embedded, warn, ...keyDeps }: ConnectorsOptions): PeerConnectors {
  /** Where it is, is known when it has been started. */
  const placeless = connectorFromPreset(EMBEDDED, EMBEDDED, { url: 'http://127.0.0.1' });
  const all = [...connectorsOf(config), placeless];
  const ready = new Map<string, Ready>();
  const listeners = new Set<() => void>();
  let keysAt = 0;
  let keys: Promise<readonly string[]> = Promise.resolve([]);
  let summaries = all.map((connector) => summaryOf(connector, config));

  const named = (name: string): Connector => {
    const connector = all.find((each) => each.name === name);
    if (connector !== undefined) return connector;
    throw new DispatchError('not-found', `there is no connector "${name}"`, {
      hint: `there are ${all.map((each) => each.name).join(', ')}; docs/CONNECTORS.md tells how to add one`,
    });
  };

  const clientOf = async (connector: Connector, deps: KeyDeps): Promise<ConnectorClient> => {
    const known = ready.get(connector.name);
    if (known?.url === connector.url) return known.client;
    // Few peers use one at once, and what it is made of takes a while to load.
    const client = import('../routes/cloud/connector/client.ts').then(({ createConnectorClient }) =>
      createConnectorClient(connector, { ...deps, warn }),
    );
    ready.set(connector.name, { url: connector.url, client });
    // It was for an address at which nobody is any more.
    known?.client.then((old) => old.close()).catch((error: Error) => warn(error.message));
    return client;
  };

  const client = async (connector: Connector, signal: AbortSignal): Promise<ConnectorClient> => {
    if (connector.name !== EMBEDDED) return clientOf(connector, keyDeps);
    const { url, key } = await embedded.address(signal);
    return clientOf({ ...connector, url }, { ...keyDeps, env: { [EMBEDDED_KEY]: key } });
  };

  const refresh = async (): Promise<readonly ConnectorSummary[]> => {
    const before = JSON.stringify(summaries);
    summaries = await Promise.all(
      all.map(async (connector) => {
        const trouble = connector.name === EMBEDDED ? undefined : await keyTrouble(connector, keyDeps);
        return summaryOf(connector, config, trouble);
      }),
    );
    if (JSON.stringify(summaries) !== before) for (const listener of [...listeners]) listener();
    return summaries;
  };
  // Whether keys are there is not known yet, and a keyring takes its time.
  void refresh();

  return {
    routing: () => ({
      connectors: summaries,
      ...(config.assistant.connector === undefined ? {} : { assistant: config.assistant.connector }),
      ...(config.routing.length === 0 ? {} : { routing: config.routing }),
    }),
    list: refresh,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: named,
    find(route: CloudRoute, name = defaultConnector(config, route)) {
      const connector = named(name);
      if (connector.routes.includes(route)) return connector;
      throw new DispatchError('usage', `${name} is not for ${route}`, { hint: 'see "dispatch connector list"' });
    },
    client,
    async test(name) {
      const connector = named(name);
      const signal = AbortSignal.timeout(TEST_MS);
      const stages: ConnectorStage[] = [];
      try {
        for await (const stage of (await client(connector, signal)).test(signal)) stages.push(stage);
      } catch (error) {
        stages.push({ name: 'start', ok: false, detail: (error as Error).message });
      }
      return stages;
    },
    async keepKey(name, key) {
      const place = await storeKey(name, key, keyDeps);
      keysAt = 0;
      await refresh();
      return place.in === 'keyring' ? 'the keyring of the system' : `${place.path}, as there is no keyring`;
    },
    async forgetKey(name) {
      const forgotten = await removeKey(name, keyDeps);
      keysAt = 0;
      await refresh();
      return forgotten;
    },
    keys() {
      // Whoever hides them asks often, and a keyring takes its time.
      if (systemClock.now() - keysAt > KEYS_MS) {
        keysAt = systemClock.now();
        keys = readKeys(all, keyDeps);
      }
      return keys;
    },
    async close() {
      const clients = await Promise.allSettled([...ready.values()].map(({ client: made }) => made));
      ready.clear();
      await Promise.all(
        clients.map(async (made) => {
          if (made.status === 'fulfilled') await made.value.close();
        }),
      );
      await embedded.close();
    },
  };
}

/** Those that can be read. Never rejects. */
async function readKeys(connectors: readonly Connector[], deps: KeyDeps): Promise<readonly string[]> {
  const found = await Promise.allSettled(
    connectors.map(async ({ auth }) => (auth === undefined ? undefined : readKey(auth.key, deps))),
  );
  return found.flatMap((each) => (each.status === 'fulfilled' && each.value !== undefined ? [each.value] : []));
}
