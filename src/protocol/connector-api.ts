/** What clients ask of the connectors of this device: the part of the engine API that is about them. Types only. */

import type { Connector, ConnectorSummary } from '../core/connectors.ts';

/** One stage of a try of a connector. */
export interface ConnectorStage {
  name: string;
  ok: boolean;
  detail: string;
  fix?: string;
  /** How long it took. */
  ms?: number;
}

export interface ConnectorMethods {
  'connectors.list': [Record<string, never>, { connectors: ConnectorSummary[] }];
  /** All that holds for a connector; the key itself is not in it. */
  'connector.show': [{ name: string }, { connector: Connector }];
  /** Makes a real call with it, the smallest there is. */
  'connector.test': [{ name: string }, { stages: ConnectorStage[] }];
  /** Keeps a key for connectors that find theirs in the keyring under that name. `where`: in words. */
  'connector.key': [{ name: string; key: string }, { where: string }];
  /** Forgets a key that was kept so. */
  'connector.forget': [{ name: string }, { forgotten: boolean }];
}
