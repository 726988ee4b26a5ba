/** What a run left, told at its end: how to get it, or saved at once. */

import type { ControlClient } from '../control/client/client.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import type { Run } from '../core/runs.ts';
import type { Arguments, Option } from './command.ts';
import type { CliContext } from './context.ts';
import { bytes, safe } from './print.ts';

/** What a peer lists at once. */
const LIST_MAX = 1000;

/** Of every command whose runs leave something that people want to have. */
export const SAVE_OPTION: Option = {
  type: 'string',
  short: 'o',
  value: 'PATH',
  help: 'save what it leaves there: into a folder, or one thing as a file',
};

/** Not the output, which was printed, nor what is kept for an undo, nor what a request showed. */
export async function tellArtifacts(context: CliContext, args: Arguments, run: Run): Promise<void> {
  const to = args.text('output');
  if (context.json && to === undefined) return;
  const client = await context.connect();
  const { artifacts } = await client.call('artifacts.list', { run: run.id, limit: LIST_MAX });
  for (const artifact of artifacts.filter(isResult)) {
    const { name, sizeBytes } = artifact;
    const told =
      to === undefined ? `dispatch get ${run.number}/${safe(name)}` : await saved(context, client, artifact, to);
    if (!context.json) context.note(`${safe(name)} (${bytes(sizeBytes)}): ${told}`);
  }
}

function isResult({ kind, name }: PublishedArtifact): boolean {
  return kind !== 'output' && kind !== 'backup' && !name.startsWith('approval/');
}

async function saved(
  context: CliContext,
  client: ControlClient,
  artifact: PublishedArtifact,
  to: string,
): Promise<string> {
  const { saveArtifact } = await import('./save-artifact.ts');
  return `saved as ${safe(await saveArtifact(context, client, artifact, { to, force: false }))}`;
}
