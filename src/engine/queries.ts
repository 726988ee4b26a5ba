/** Reading: the thread, runs, approvals and artifacts as clients see them. Changes nothing. */

import type { StartedPlan } from '../core/actions.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { SearchTerms } from '../core/search/found-by.ts';
import { readQuery, resolveQuery } from '../core/search/query.ts';
import { type Message, messageOfAnswer } from '../core/thread.ts';
import type { EngineApi, KnownDevices, Snapshot } from '../protocol/api.ts';
import { fitEntries } from './answer-room.ts';
import { publishArtifact, publishEntry } from './artifacts.ts';
import type { EngineDeps } from './context.ts';
import type { Ends } from './ends.ts';
import type { Feed } from './feed.ts';
import type { Page, StoredEntry } from './ports.ts';
import { findArtifact, resolveRun } from './references.ts';

/** How many finished runs a snapshot brings along, and how many pending approvals. */
const RECENT_RUNS = 50;
const PENDING_APPROVALS = 200;

type Queries = Pick<
  EngineApi,
  | 'snapshot'
  | 'thread.read'
  | 'search'
  | 'run.get'
  | 'runs.list'
  | 'wait'
  | 'approvals.list'
  | 'artifacts.list'
  | 'artifact.get'
>;

export function createQueries(deps: EngineDeps & { feed: Feed; ends: Ends; known: () => KnownDevices }): Queries {
  const { store } = deps;
  const pageOf = ({ items, more }: Page<StoredEntry>, from: 'first' | 'last'): ReturnType<typeof fitEntries> =>
    fitEntries({ entries: items.map((entry) => publishEntry(deps, entry)), more }, from);
  const stateOf = async (id: RunId): Promise<Run> => {
    const state = await store.run(id);
    if (state === undefined)
      throw new DispatchError('not-found', `there is no run ${id}`, { hint: 'list them with "dispatch ps"' });
    return state.run;
  };

  const answerTo = async (id: RunId): Promise<Message | undefined> => {
    const said = (await store.eventsOf(id)).findLast((event) => event.type === 'run.answered');
    return said?.type === 'run.answered' ? messageOfAnswer(said) : undefined;
  };

  const planOf = async (id: RunId): Promise<StartedPlan | undefined> => {
    const started = (await store.eventsOf(id)).findLast((event) => event.type === 'run.started');
    return started?.type === 'run.started' ? started.data.plan : undefined;
  };

  return {
    async snapshot({ entries: limit }): Promise<Snapshot> {
      // The cursor first: a change that comes while the rest is read is told again, never missed.
      const cursor = store.cursor();
      const page = pageOf(await store.entries({ limit }), 'last');
      const open = await store.runs({ status: ['running', 'waiting_approval', 'queued'], limit: RECENT_RUNS });
      const recent = await store.runs({ limit: RECENT_RUNS });
      const runs = [...new Map([...open.items, ...recent.items].map((run) => [run.id, run])).values()];
      const known = deps.known();
      const device = known.devices.find(({ local }) => local);
      if (device === undefined) throw new Error('this device does not know itself');
      return {
        device,
        ...known,
        ...page,
        runs: runs.sort((a, b) => b.number - a.number),
        routing: deps.connectors.routing(),
        approvals: [...(await store.pendingApprovals(PENDING_APPROVALS))],
        cursor,
      };
    },
    async 'thread.read'(query) {
      return pageOf(await store.entries(query), query.after === undefined ? 'last' : 'first');
    },
    async search({ query, ...page }) {
      const { next, ...found } = await store.search({ ...page, terms: termsOf(query, deps) });
      const { entries, more } = pageOf(found, 'first');
      // What there was no room for is on the next page.
      const from = entries.length < found.items.length ? entries.at(-1)?.key : next;
      return { entries, more, ...(from === undefined ? {} : { next: from }) };
    },
    async 'run.get'({ run: ref }) {
      const id = await resolveRun(store, ref);
      const [run, approvals, artifacts] = await Promise.all([
        stateOf(id),
        store.approvalsOf(id),
        store.artifactsOf(id),
      ]);
      const answer = run.action.kind === 'knowledge' ? await answerTo(id) : undefined;
      const plan = run.startedAt === undefined ? undefined : await planOf(id);
      return {
        run,
        ...(answer === undefined ? {} : { answer }),
        ...(plan === undefined ? {} : { plan }),
        approvals: [...approvals],
        artifacts: artifacts.map((artifact) => publishArtifact(deps, artifact)),
      };
    },
    async 'runs.list'({ before, ...query }) {
      const from = before === undefined ? {} : { before: await resolveRun(store, before) };
      const page = await store.runs({ ...query, ...from });
      return { runs: [...page.items], more: page.more };
    },
    async wait({ runs: refs, orApproval }) {
      const ids = await Promise.all(refs.map((ref) => resolveRun(store, ref)));
      const settled = (run: Run): boolean => isFinal(run) || (orApproval === true && run.status === 'waiting_approval');
      return { runs: await Promise.all(ids.map((id) => until(deps, id, settled, () => stateOf(id)))) };
    },
    async 'approvals.list'({ all, limit }) {
      return { approvals: [...(all === true ? await store.approvals(limit) : await store.pendingApprovals(limit))] };
    },
    async 'artifacts.list'({ run: ref, kinds, limit }) {
      const artifacts =
        ref === undefined
          ? await store.artifacts(limit, kinds)
          : (await store.artifactsOf(await resolveRun(store, ref))).filter(({ kind }) => kinds?.includes(kind) ?? true);
      return { artifacts: artifacts.slice(0, limit).map((artifact) => publishArtifact(deps, artifact)) };
    },
    async 'artifact.get'({ artifact: ref }) {
      return { artifact: publishArtifact(deps, await findArtifact(store, ref)) };
    },
  };
}

function termsOf(text: string, { clock, known }: EngineDeps & { known: () => KnownDevices }): SearchTerms {
  const read = readQuery(text, clock.now());
  const resolved = read.ok ? resolveQuery(read.query, known()) : read;
  if (!resolved.ok) throw DispatchError.fromRefusal(resolved);
  return resolved.terms;
}

function until(
  { feed, ends }: { feed: Feed; ends: Ends },
  id: RunId,
  settled: (run: Run) => boolean,
  read: () => Promise<Run>,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const settle = (run: Run): void => {
      stop();
      resolve(run);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error);
    };
    const stopFeed = feed.onChange((change) => {
      if (change.run?.id === id && settled(change.run)) settle(change.run);
    });
    const stopTrouble = ends.onTrouble((run, error) => {
      if (run === id) fail(error);
    });
    const stop = (): void => {
      stopFeed();
      stopTrouble();
    };
    read().then((run) => {
      const trouble = ends.troubleOf(id);
      if (settled(run)) settle(run);
      else if (trouble !== undefined) fail(trouble);
    }, fail);
  });
}
