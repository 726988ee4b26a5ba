/** What a run left, told at its end: how to get it, or saved at once. */

import type { ControlClient } from '../control/client/client.ts';
import type { Run } from '../core/runs.ts';
import type { CliContext } from './context.ts';
import { bytes, safe } from './print.ts';

/** Not the output, which was printed, nor what is kept for an undo. */
export async function tellArtifacts(context: CliContext, client: ControlClient, { id, number }: Run): Promise<void> {
  const { artifacts } = await client.call('artifacts.list', { run: id, limit: 1000 });
  for (const { kind, name, sizeBytes } of artifacts) {
    if (kind === 'output' || kind === 'backup' || name.startsWith('approval/')) continue;
    context.note(`${safe(name)} (${bytes(sizeBytes)}): dispatch get ${number}/${safe(name)}`);
  }
}
