// Does what `update` wants done, and answers with messages. Everything that is slow or can fail goes through here; nothing
// that fails here ends the dashboard.

import type { ControlClient } from '../../control/client/client.ts';
import { asDispatchError, DispatchError } from '../../core/errors.ts';
import { isFinal } from '../../core/runs.ts';
import { findPage } from '../app/find-page.ts';
import type { TypedHistory } from '../app/history-file.ts';
import { loadPage } from '../app/load-page.ts';
import type { OutputStreams } from '../app/output-streams.ts';
import type { UsesFile } from '../app/uses-file.ts';
import type { Effect } from '../model/effects.ts';
import { editorName } from '../model/file-edit.ts';
import type { Failure, MessageBody } from '../model/messages.ts';
import type { TerminalScreen } from '../terminal/screen.ts';
import { type AnswerEffect, createAnswerRunner } from './answer-runner.ts';
import { type ArtifactEffect, createArtifactRunner } from './artifact-runner.ts';
import { type ComposerEffect, createComposerRunner } from './composer-runner.ts';
import { createFileRunner, type FileEffect } from './file-runner.ts';
import { seekEntry } from './jump-runner.ts';
import { createPairRunner, type PairEffect } from './pair-runner.ts';
import { createPolicyRunner, type PolicyEffect } from './policy-runner.ts';
import { createResizer } from './resize-runner.ts';
import { createSearchRunner } from './search-runner.ts';
import { createStepsRunner } from './steps-runner.ts';
import { createTextReader } from './text-runner.ts';

export interface RunnerDeps {
  readonly screen: TerminalScreen;
  readonly client: () => ControlClient | undefined;
  readonly startPeer: () => void;
  readonly streams: OutputStreams;
  readonly tell: (message: MessageBody) => void;
  readonly quit: () => void;
  readonly history: TypedHistory;
  readonly uses: UsesFile;
  readonly cwd: string;
  readonly bell: boolean;
  /** Makes the id of a request. */
  readonly newId: () => string;
  readonly home: string;
  readonly openAddress: ((address: string) => Promise<void>) | undefined;
  readonly runEditor: ((path: string) => Promise<number>) | undefined;
}

export function createRunner(deps: RunnerDeps): (effect: Effect) => void {
  const { tell, screen, newId } = deps;

  const client = (): ControlClient => {
    const connected = deps.client();
    if (connected !== undefined) return connected;
    throw new DispatchError('unavailable', 'there is no connection to the peer', { retryable: true });
  };
  /** Work whose failure is a message of its own, else a toast. */
  const attempt = (work: () => Promise<void>, failed: (failure: Failure) => void = toastFailure): void => {
    work().catch((error: unknown) => failed(failureOf(error)));
  };
  const toastFailure = ({ message }: Failure): void => tell({ type: 'toast', toast: { tone: 'error', text: message } });
  const done = (text: string, about?: string): void =>
    tell({ type: 'toast', toast: { tone: 'success', text, ...(about === undefined ? {} : { about }) } });

  const submit = async (effect: Extract<Effect, { type: 'submit' }>, id: string): Promise<void> => {
    const { runs } = await client().call('submit', {
      id,
      task: effect.text,
      cwd: effect.cwd ?? deps.cwd,
      tty: effect.tty,
    });
    tell({ type: 'submitted', id, runs });
  };

  const resize = createResizer(async (size) => client().call('resize', size));
  const pair = createPairRunner({ client, tell, attempt });
  const { openAddress, cwd, home } = deps;
  const artifacts = createArtifactRunner({
    client,
    tell,
    attempt,
    done,
    copy: (text) => screen.copy(text),
    openAddress,
    cwd,
    home,
  });
  const policy = createPolicyRunner({ client, tell, attempt });
  const answers = createAnswerRunner({
    client,
    tell,
    attempt,
    failureOf,
    editText: (text) => editOutside(deps, `${text}\n`, 'command.sh'),
  });
  const files = createFileRunner({
    client,
    tell,
    attempt,
    newId,
    cwd: deps.cwd,
    editText: (text, path) => editOutside(deps, text, editorName(path)),
  });
  const composer = createComposerRunner({
    newId,
    cwd: deps.cwd,
    tell,
    attempt,
    editText: (text) => editOutside(deps, text === '' ? '' : `${text}\n`, 'task.txt'),
  });
  const readTexts = createTextReader(tell);
  const search = createSearchRunner({ client, tell, failureOf });
  const steps = createStepsRunner({
    client,
    tell,
    attempt,
    newId,
    cwd: deps.cwd,
    editText: (text) => editOutside(deps, text, 'steps.jsonl'),
  });

  return (effect) => {
    switch (effect.type) {
      case 'submit': {
        const id = effect.id ?? newId();
        return attempt(
          () => submit(effect, id),
          (failure) => tell({ type: 'submit-failed', id, text: effect.text, failure }),
        );
      }
      case 'act':
        return attempt(async () => {
          const { task, action, device } = effect;
          const { run } = await client().call('submit', {
            id: newId(),
            task,
            action,
            devices: [device],
            cwd: deps.cwd,
          });
          done(`run ${run.number}: ${task}`, run.id);
        });
      case 'say':
        return attempt(async () => void (await client().call('say', { text: effect.text })));
      case 'decide':
      case 'decide-alike':
      case 'propose-rule':
      case 'edit-request':
      case 'edit-outside':
        return answers(effect satisfies AnswerEffect);
      case 'read-file':
      case 'edit-file':
      case 'write-file':
      case 'complete-place':
      case 'probe':
        return files(effect satisfies FileEffect);
      case 'write-steps':
        return steps(effect);
      case 'edit-text':
      case 'let-wait':
        return composer(effect satisfies ComposerEffect);
      case 'check-policy':
      case 'load-rules':
      case 'remove-rule':
      case 'set-limits':
      case 'load-audit':
      case 'verify-audit':
        return policy(effect satisfies PolicyEffect);
      case 'cancel':
        return attempt(async () => {
          const { run } = await client().call('cancel', { run: effect.run });
          done(isFinal(run) ? `cancelled run ${run.number}` : `cancel requested: run ${run.number}`, run.id);
        });
      case 'retry':
        return attempt(
          async () => {
            const { type: _, ...retried } = effect;
            const { run } = await client().call('retry', { ...retried, id: newId() });
            tell({ type: 'retried', run, of: effect.run });
          },
          (failure) => tell({ type: 'retry-failed', of: effect.run, failure }),
        );
      case 'reroute': {
        const { type: _, run: of, ...to } = effect;
        return attempt(
          async () => {
            const { run } = await client().call('reroute', { run: of, ...to, id: newId() });
            tell({ type: 'rerouted', run, of });
          },
          (failure) => tell({ type: 'retry-failed', of, failure }),
        );
      }
      case 'signal':
        return attempt(async () => {
          await client().call('signal', { run: effect.run, signal: effect.signal });
          done(`sent ${effect.signal}`, effect.run);
        });
      case 'load': {
        const { type: _, page, query } = effect;
        const asked = query === undefined ? { page } : { page, query };
        return attempt(
          async () => {
            const found = query === undefined ? loadPage(client(), page) : findPage(client(), page, query);
            tell({ type: 'page', ...asked, ...(await found) });
          },
          (failure) => tell({ type: 'page-failed', ...asked, failure }),
        );
      }
      case 'seek-entry':
        return attempt(async () => tell({ type: 'entry-found', ...(await seekEntry(client(), effect)) }));
      case 'search':
        return search(effect);
      case 'compare-runs':
        return attempt(
          async () => {
            const { compareRuns } = await import('./compare-runner.ts');
            const { title, document } = await compareRuns(client(), effect.runs);
            tell({ type: 'compared', request: effect.request, title, document });
          },
          (failure) => tell({ type: 'compare-failed', request: effect.request, failure }),
        );
      case 'load-run':
        return attempt(
          async () => tell({ type: 'run-loaded', detail: await client().call('run.get', { run: effect.run }) }),
          (failure) => tell({ type: 'run-failed', run: effect.run, failure }),
        );
      case 'rank':
        return attempt(async () => {
          const { fuzzyRank } = await import('../terminal/fuzzy.ts');
          const matches = fuzzyRank(effect.query, effect.items).map(({ item, positions }) => ({ item, positions }));
          tell({ type: 'ranked', request: effect.request, matches });
        });
      case 'input':
        return deps.streams.input(effect.run, effect.input);
      case 'resize':
        return resize(effect);
      case 'open-artifact':
      case 'open-picture':
      case 'preview-artifact':
      case 'glance-artifact':
      case 'save-artifact':
      case 'export-thread':
      case 'list-artifacts':
      case 'load-picture':
      case 'copy-link':
        return artifacts(effect satisfies ArtifactEffect);
      case 'pair-open':
      case 'pair-close':
      case 'pair-join':
      case 'pair-confirm':
      case 'pair-lan':
      case 'qr':
      case 'rename':
      case 'revoke':
        return pair(effect satisfies PairEffect);
      case 'read-texts':
        return attempt(() => readTexts(effect));
      case 'copy':
        return screen.copy(effect.text);
      case 'notify':
        if (deps.bell) screen.bell();
        return screen.notify(effect.title, effect.body);
      case 'mouse':
        return screen.setMouse(effect.on);
      case 'remember':
        return attempt(() => deps.history.add(effect.line));
      case 'count-use':
        return attempt(() => deps.uses.add(effect.id, effect.at));
      case 'start-peer':
        return deps.startPeer();
      case 'suspend':
        return screen.suspend();
      case 'quit':
        return deps.quit();
    }
  };
}

/** The screen is the editor's for as long as it runs. */
async function editOutside({ screen, runEditor }: RunnerDeps, text: string, name: string): Promise<string | undefined> {
  if (runEditor === undefined) {
    throw new DispatchError('unavailable', 'no editor can be opened from here', { hint: 'set EDITOR' });
  }
  const { editInFile } = await import('./edit-in-file.ts');
  return editInFile({ name, text }, async (path) => {
    const takeBack = screen.lend();
    try {
      return await runEditor(path);
    } finally {
      takeBack();
    }
  });
}

function failureOf(error: unknown): Failure {
  const { code, message, hint, details } = asDispatchError(error);
  const word = (name: 'stage' | 'refusal'): Partial<Failure> => {
    const value = details?.[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const said = hint === undefined ? message : `${message}: ${hint}`;
  return { code, message: said, ...word('stage'), ...word('refusal') };
}
