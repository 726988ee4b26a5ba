// Does what is wanted of artifacts: shows, opens, saves and lists them, and answers with messages.

import { join, resolve } from 'node:path';
import type { ControlClient } from '../../control/client/client.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import { addressToOpen } from '../../core/shown-types.ts';
import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';
import type { Document } from '../preview/document.ts';

export type ArtifactEffect = Extract<
  Effect,
  {
    type:
      | 'open-artifact'
      | 'open-picture'
      | 'preview-artifact'
      | 'glance-artifact'
      | 'save-artifact'
      | 'export-thread'
      | 'list-artifacts'
      | 'load-picture'
      | 'copy-link';
  }
>;

export interface ArtifactRunnerDeps {
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
  readonly done: (text: string) => void;
  readonly copy: (text: string) => void;
  /** Gives an address to the browser of the person. */
  readonly openAddress: ((address: string) => Promise<void>) | undefined;
  readonly cwd: string;
  readonly home: string;
}

const LIST_LIMIT = 500;

export function createArtifactRunner(deps: ArtifactRunnerDeps): (effect: ArtifactEffect) => void {
  const { client, tell, attempt, done } = deps;

  const open = async (artifact: PublishedArtifact): Promise<void> => {
    const address = addressToOpen(artifact, 'save it with s');
    const { bringHere } = await import('./artifact-files.ts');
    await bringHere(client(), artifact);
    await deps.openAddress?.(address);
    done(`opened ${artifact.name}`);
  };
  const read = async (artifact: PublishedArtifact): Promise<Document> => {
    const [{ previewOf }, { bringHere }] = await Promise.all([
      import('./artifact-preview.ts'),
      import('./artifact-files.ts'),
    ]);
    return previewOf(client(), artifact, () => bringHere(client(), artifact));
  };
  const meant = async (id: string): Promise<PublishedArtifact> =>
    (await client().call('artifact.get', { artifact: id })).artifact;

  return (effect) => {
    switch (effect.type) {
      case 'open-artifact':
        return attempt(() => open(effect.artifact));
      case 'open-picture':
        return attempt(async () => {
          const artifact = await meant(effect.artifact);
          // Told by its bytes: what asks for approval does not get to have another program started.
          if ((await read(artifact)).type !== 'picture')
            throw new DispatchError('invalid', 'what the request shows is no picture: it was not opened');
          await open(artifact);
        });
      case 'load-picture':
        return attempt(
          async () => {
            const document = await read(await meant(effect.artifact));
            tell({ type: 'picture', artifact: effect.artifact, ...(document.type === 'picture' ? { document } : {}) });
          },
          () => tell({ type: 'picture', artifact: effect.artifact }),
        );
      case 'preview-artifact': {
        const { artifact, request } = effect;
        return attempt(
          async () => tell({ type: 'preview', request, document: await read(artifact) }),
          (failure) => tell({ type: 'preview-failed', request, failure }),
        );
      }
      case 'glance-artifact': {
        const { artifact } = effect;
        return attempt(
          async () => tell({ type: 'text-read', id: artifact.id, document: await read(artifact) }),
          ({ message }) => {
            tell({ type: 'text-read', id: artifact.id });
            tell({ type: 'toast', toast: { tone: 'error', text: message } });
          },
        );
      }
      case 'save-artifact':
        return attempt(
          async () => {
            const { bringHere, destination, saveTo } = await import('./artifact-files.ts');
            const path = await destination(effect.path, effect.artifact, deps.cwd, deps.home);
            await bringHere(client(), effect.artifact);
            await saveTo(client(), effect.artifact, path);
            done(`saved ${path}`);
          },
          (failure) => tell({ type: 'save-failed', artifact: effect.artifact, path: effect.path, failure }),
        );
      case 'export-thread':
        return attempt(async () => {
          const { exportedThread, writeNewFile } = await import('./export-thread.ts');
          const path = pathOf(effect.path, deps);
          await writeNewFile(path, exportedThread(client(), path.endsWith('.md') ? 'md' : 'jsonl'));
          done(`wrote the thread to ${path}`);
        });
      case 'copy-link':
        return attempt(async () => {
          const { linkOf } = await import('./artifact-files.ts');
          deps.copy(await linkOf(client(), effect.artifact.id));
          done('copied');
        });
      case 'list-artifacts': {
        const { request } = effect;
        return attempt(
          async () => {
            const { artifacts } = await client().call('artifacts.list', { limit: LIST_LIMIT });
            tell({ type: 'artifacts', request, artifacts });
          },
          (failure) => tell({ type: 'artifacts-failed', request, failure }),
        );
      }
    }
  };
}

/** `~` is the home folder; anything else is seen from where the person stands. */
function pathOf(path: string, { cwd, home }: Pick<ArtifactRunnerDeps, 'cwd' | 'home'>): string {
  return resolve(cwd, path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path);
}
