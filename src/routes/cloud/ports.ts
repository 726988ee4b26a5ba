/** What the cloud routes need of the peer besides their connectors: a look at the thread, and for the assistant a way to propose runs. */

import type { Action } from '../../core/actions.ts';
import type { CloudRoute, Connector } from '../../core/connectors.ts';
import type { Device } from '../../core/devices.ts';
import type { ArtifactId, RunId } from '../../core/ids.ts';
import type { FinalRun, Run } from '../../core/runs.ts';
import type { ConnectorClient } from './connector/conversation.ts';

/** The connectors of this device, as its owner configured them. */
export interface ConnectorBook {
  /** The one of that name, or the first choice for the route. Throws `not-found`, or `usage` where it is not for the route. */
  find(route: CloudRoute, name?: string): Connector;
  /** Ready to be used. Throws `unavailable` where it cannot be. */
  client(connector: Connector, signal: AbortSignal): Promise<ConnectorClient>;
}

/** A question of a conversation, and what was answered. */
export interface Turn {
  readonly question: string;
  readonly answer: string;
}

export interface AttachedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export interface CloudThread {
  /** The conversation that ends with that run, oldest first, at most `limit` turns. Throws `not-found`. */
  conversation(run: RunId, limit: number): Promise<readonly Turn[]>;
  /** The newest entries, oldest first, as Markdown in short. */
  digest(limit: number): Promise<string>;
  /** The bytes of an artifact, fetched if they are elsewhere. Throws `not-found`, and `too-large` beyond `maxBytes`. */
  artifact(id: ArtifactId, maxBytes: number, signal: AbortSignal): Promise<AttachedFile>;
}

/** How the assistant of one run proposes others. What it proposes passes the gate as anything else does. */
export interface Proposals {
  devices(): Promise<readonly Device[]>;
  /** Submits it, `by: assistant`. `device` as people write it. Throws what submitting throws. */
  propose(proposal: {
    readonly by: RunId;
    readonly task: string;
    readonly action: Action;
    readonly device: string;
  }): Promise<Run>;
  /** Resolves when the run is over; rejects with the reason of the signal. */
  ended(run: RunId, signal: AbortSignal): Promise<FinalRun>;
  /** What it printed, masked: the first and the last of it where it is long, and how much there was. */
  printed(
    run: RunId,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly bytes: number }>;
  /** The names of what it left. */
  left(run: RunId): Promise<readonly string[]>;
  cancel(run: RunId): Promise<void>;
}
