// Two devices with blob stores of their own and a link in memory between them: `box` has artifacts, `laptop` fetches them. What
// the box sends is recorded, and can be spoilt or broken off at any byte.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Artifact } from '../../../src/core/artifacts.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { ArtifactId, DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { Grants, PeerService } from '../../../src/engine/peer-ports.ts';
import { createFetches, type Fetches } from '../../../src/engine/remote/fetches.ts';
import { systemClock, systemIds } from '../../../src/peer/system.ts';
import type { Notifications, OutputChunk } from '../../../src/protocol/api.ts';
import { createBlobStore, type FileBlobStore } from '../../../src/store/blobs.ts';
import { createMemoryNetworks } from '../../helpers/memory-network.ts';

export const LAPTOP = '12D3KooWLaptopOfTheTest' as DeviceId;
export const BOX = '12D3KooWBoxOfTheTest' as DeviceId;

/** What the box was asked for, and what it has sent of that. */
export interface Sent {
  readonly artifact: ArtifactId;
  readonly offset: number;
  /** Bytes that were sent. */
  bytes: number;
  /** False while it sends. */
  over: boolean;
}

/** Changes what the box does. All of it is off at first. */
export interface Sabotage {
  /** Called before a piece goes out; `end` ends the stream cleanly instead. */
  before?: (sent: Sent, chunk: OutputChunk) => 'end' | undefined | void | Promise<void>;
  chunk?: (chunk: OutputChunk) => OutputChunk;
  /** Instead of the true size. */
  sizeBytes?: number;
  /** Ends the stream cleanly when so many bytes of it have gone out. */
  endAfter?: number;
  refuse?: DispatchError;
}

export interface Stage {
  readonly fetches: Fetches;
  readonly laptop: FileBlobStore;
  readonly box: FileBlobStore;
  readonly laptopHome: string;
  readonly sent: Sent[];
  readonly sabotage: Sabotage;
  readonly progress: Notifications['fetch'][];
  join(): void;
  cut(): void;
  /** The laptop is not paired with the box any more. */
  expel(): Promise<void>;
  /** Puts the content into the store of the box; gives its artifact. */
  keep(content: Uint8Array, more?: Partial<Artifact>): Promise<Artifact>;
}

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

const EVERYTHING: Grants = { of: () => ['run', 'observe'], onChange: () => () => {} };
const never = new AbortController().signal;

/** `piece`: how many bytes go out at once. */
export function openStage({ piece = 65_536, laptopHome = '' } = {}): Stage {
  const home = mkdtempSync(join(tmpdir(), 'dispatch-artifacts-'));
  const laptopBlobs = laptopHome === '' ? join(home, 'laptop') : laptopHome;
  const laptop = createBlobStore(laptopBlobs);
  const box = createBlobStore(join(home, 'box'));
  const known = new Map<ArtifactId, Artifact>();
  const sent: Sent[] = [];
  const sabotage: Sabotage = {};

  const send = async function* (artifact: Artifact, offset: number, signal: AbortSignal): AsyncGenerator<OutputChunk> {
    const record: Sent = { artifact: artifact.id, offset, bytes: 0, over: false };
    sent.push(record);
    try {
      for await (const chunk of pieces(box.read(artifact.sha256, offset, signal), offset, piece)) {
        if ((await sabotage.before?.(record, chunk)) === 'end') return;
        if (sabotage.endAfter !== undefined && record.bytes >= sabotage.endAfter) return;
        record.bytes += chunk.bytes.length;
        yield sabotage.chunk?.(chunk) ?? chunk;
      }
    } finally {
      record.over = true;
    }
  };
  const unused = (): never => {
    throw new Error('the test does not ask for this');
  };
  const service: PeerService = {
    call: unused,
    log: unused,
    output: unused,
    input: unused,
    async blob(_caller, { artifact: id, offset }, signal) {
      if (sabotage.refuse !== undefined) throw sabotage.refuse;
      const artifact = known.get(id);
      if (artifact === undefined) throw new DispatchError('not-found', `there is no artifact ${id}`);
      return { sizeBytes: sabotage.sizeBytes ?? artifact.sizeBytes, chunks: send(artifact, offset, signal) };
    },
    report: () => ({
      name: 'box',
      platform: 'linux',
      version: '0.0.0',
      capabilities: {
        shell: true,
        browserAutomation: false,
        desktopAutomation: false,
        local_files: false,
        reachableFolders: [],
      },
      permissions: { shell: true, local_files: true, browser_automation: false, desktop_automation: false },
      enforces: ['full-access'],
      load: { running: 0, slots: 1 },
    }),
    onReport: () => () => {},
    transfer: unused,
    onProgress: () => () => {},
  };
  const networks = createMemoryNetworks(
    { device: LAPTOP, name: 'laptop', service, grants: EVERYTHING },
    { device: BOX, name: 'box', service, grants: EVERYTHING },
  );
  const fetches = createFetches({
    blobs: laptop,
    network: networks.a,
    pairings: { revoked: () => [] },
    clock: systemClock,
    self: LAPTOP,
  });
  const progress: Notifications['fetch'][] = [];
  fetches.onProgress((told) => progress.push(told));
  closings.push(async () => {
    await fetches.close();
    rmSync(home, { recursive: true, force: true });
  });
  return {
    fetches,
    laptop,
    box,
    laptopHome: laptopBlobs,
    sent,
    sabotage,
    progress,
    join: () => networks.join(),
    cut: () => networks.cut(),
    expel: () => networks.a.expel(BOX),
    async keep(content, more = {}) {
      const kept = await box.put(
        (async function* () {
          yield content;
        })(),
      );
      const artifact: Artifact = {
        id: systemIds.next() as ArtifactId,
        runId: systemIds.next() as RunId,
        name: 'report.bin',
        kind: 'file',
        mimeType: 'application/octet-stream',
        device: BOX,
        createdAt: 0,
        ...kept,
        ...more,
      };
      known.set(artifact.id, artifact);
      return artifact;
    },
  };
}

async function* pieces(
  source: AsyncIterable<Uint8Array>,
  from: number,
  most: number,
): AsyncGenerator<{ offset: number; bytes: Uint8Array }> {
  let offset = from;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length; at += most) {
      const piece = bytes.subarray(at, at + most);
      yield { offset, bytes: piece };
      offset += piece.length;
    }
  }
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of chunks) parts.push(bytes);
  return Buffer.concat(parts);
}

/** The whole content that the store has. */
export const contentOf = (blobs: FileBlobStore, hash: Sha256): Promise<Buffer> => bytesOf(blobs.read(hash, 0, never));
