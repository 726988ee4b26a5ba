/**
 * Answers "who let this happen": the events of runs as sentences, and whether log, signatures and artifacts are what was written. It
 * reads; it decides and changes nothing.
 */

import { wallTime } from '../core/clock.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { LogEvent } from '../core/events.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import type { Run } from '../core/runs.ts';
import type { EngineApi } from '../protocol/api.ts';
import type { AuditRecord } from '../protocol/audit-api.ts';
import { createSignatureCheck } from './audit-signatures.ts';
import { sentenceOf } from './audit-words.ts';
import type { BlobStore, LoggedChange, Signer, ThreadStore } from './ports.ts';
import { resolveRun } from './references.ts';

/** How much of the log is in memory at once. */
const PAGE_EVENTS = 500;
const PAGE_BYTES = 4 * 1024 * 1024;
/** More than that is one sickness and not a hundred. */
const MOST_OF_A_KIND = 100;

export interface AuditDeps {
  readonly store: ThreadStore;
  readonly signer: Pick<Signer, 'verify'>;
  readonly blobs: Pick<BlobStore, 'check'>;
  /** What people call a device; its id where it has no name. */
  readonly nameOf: (device: DeviceId) => string;
}

export interface Audit {
  readonly read: EngineApi['audit'];
  readonly verify: EngineApi['audit.verify'];
  /** Ends the reading of artifacts. */
  close(): void;
}

export function createAudit(deps: AuditDeps): Audit {
  const { store } = deps;
  const closing = new AbortController();
  return {
    async read({ run: ref, before, limit }) {
      if (ref !== undefined) return { records: [await readRecord(deps, await knownRun(store, ref))], more: false };
      const from = before === undefined ? {} : { before: await resolveRun(store, before) };
      const { items, more } = await store.runs({ limit, ...from });
      const records: AuditRecord[] = [];
      for (const run of items) records.push(await readRecord(deps, run));
      return { records, more };
    },
    async verify({ artifacts: wanted = false }) {
      const { events, unchained, findings } = await store.verifyChain();
      // Where not even the chain was walked over, the database is too damaged to be read here.
      const readable = events > 0 || findings.length === 0;
      if (!readable) return { ok: false, events, unchained, signatures: 0, findings: [...findings] };
      const walked = await walkOwnLog(deps, wanted ? closing.signal : undefined);
      const all = [...findings, ...walked.findings];
      const { signatures, artifacts } = walked;
      return { ok: all.length === 0, events, unchained, signatures, artifacts, findings: all };
    },
    close: () => closing.abort(),
  };
}

async function knownRun(store: ThreadStore, ref: string): Promise<Run> {
  const id = await resolveRun(store, ref);
  const state = await store.run(id);
  if (state !== undefined) return state.run;
  throw new DispatchError('not-found', `there is no run ${id}`, { hint: 'list them with "dispatch ps --all"' });
}

async function readRecord({ store, signer, nameOf }: AuditDeps, run: Run): Promise<AuditRecord> {
  const check = createSignatureCheck(signer);
  const events = await store.eventsOf(run.id as RunId);
  const left = new Map(
    events.flatMap((event) =>
      event.type === 'artifact.created' ? [[event.data.artifact.id, event.data.artifact.name]] : [],
    ),
  );
  const steps = events.map((event) => {
    const signature = check.look(event);
    return {
      at: wallTime(event.at),
      device: event.device,
      seq: event.seq,
      type: event.type,
      by: event.by,
      text: sentenceOf(event, nameOf, left),
      ...(signature === undefined ? {} : { signature }),
    };
  });
  return { run, steps };
}

interface Walked {
  readonly signatures: number;
  readonly artifacts: { readonly total: number; readonly read: number };
  readonly findings: readonly string[];
}

/** The signatures of all answers in the log of this device, and the artifacts of its own runs: read only with a signal, which ends that. */
async function walkOwnLog(deps: AuditDeps, reading: AbortSignal | undefined): Promise<Walked> {
  const { store, signer } = deps;
  const check = createSignatureCheck(signer);
  const forged = createFindings();
  const damaged = createFindings();
  const artifacts = { total: 0, read: 0 };
  let signatures = 0;
  let after = 0;
  try {
    for (let more = true; more; ) {
      const page = await store.ownChangesAfter(after, PAGE_EVENTS, PAGE_BYTES);
      for (const { event, entry, run } of page.items) {
        const signature = check.look(event);
        if (signature !== undefined) signatures += 1;
        if (signature === 'invalid') {
          forged.add(
            `event ${event.seq} of device ${event.device} (${event.type}) carries a signature that is not that of device ${event.by.device}`,
          );
        }
        // Bytes that the record says were removed are missing by right.
        const isKept = entry.kind === 'artifact' && entry.artifact.removed === undefined;
        if (event.type === 'artifact.created' && isKept) {
          artifacts.total += 1;
          if (reading !== undefined) {
            const trouble = await troubleOf(deps, event, run, reading);
            artifacts.read += 1;
            if (trouble !== undefined) damaged.add(trouble);
          }
        }
        after = event.seq;
      }
      more = page.more && page.items.length > 0;
    }
  } catch (error) {
    const { code, message } = asDispatchError(error);
    if (code !== 'storage' && code !== 'version') throw error;
    forged.add(`the signatures and artifacts after event ${after} were not verified: ${message}`);
  }
  return { signatures, artifacts, findings: [...forged.all(), ...damaged.all()] };
}

/** A phrase for what is wrong with the bytes of an artifact. */
async function troubleOf(
  { blobs }: AuditDeps,
  event: Extract<LogEvent, { type: 'artifact.created' }>,
  run: LoggedChange['run'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, sha256 } = event.data.artifact;
  const which = `the artifact "${name}" of run ${run?.number ?? event.stream}`;
  try {
    const state = await blobs.check(sha256, signal);
    if (state === 'whole') return undefined;
    return state === 'missing' ? `${which} is missing` : `${which} has changed: its bytes are not what was kept`;
  } catch (error) {
    const { code, message } = asDispatchError(error);
    if (code !== 'storage' && code !== 'invalid') throw error;
    return `${which} could not be read: ${message}`;
  }
}

/** As many as a person still reads; the others are counted. */
function createFindings(): { add(text: string): void; all(): readonly string[] } {
  const texts: string[] = [];
  let more = 0;
  return {
    add(text) {
      if (texts.length < MOST_OF_A_KIND) texts.push(text);
      else more += 1;
    },
    all: () => (more === 0 ? texts : [...texts, `and ${more} more`]),
  };
}
