/** What `dispatch show` says of an artifact: where it comes from and, on a terminal, what is in it. */

import type { ControlClient } from '../control/client/client.ts';
import { provenanceOf } from '../core/provenance.ts';
import { formatTime } from '../tui/words/format.ts';
import type { CliContext } from './context.ts';
import { bytes, safe, statusText, table } from './print.ts';
import { actorText } from './print-approval.ts';
import { namesOf } from './print-device.ts';

/** `preview`: whether to show what is in it. */
export async function showArtifact(
  context: CliContext,
  client: ControlClient,
  ref: string,
  preview: boolean,
): Promise<number> {
  const { artifact } = await client.call('artifact.get', { artifact: ref });
  const [{ run, approvals }, known] = await Promise.all([
    client.call('run.get', { run: artifact.runId }),
    client.call('devices', {}),
  ]);
  if (context.json) {
    context.printJson({ artifact, run, approvals });
    return 0;
  }
  const now = Date.now();
  const facts = provenanceOf(artifact, run, approvals, {
    time: (at) => formatTime(at, now),
    size: bytes,
    device: namesOf(known),
    isHere: (id) => known.devices.some((device) => device.local && device.id === id),
    actor: (actor) => actorText(actor, known),
    status: statusText,
  });
  for (const line of table(facts.map(([label, value]) => [label, safe(value)]))) context.print(line);
  if (preview && artifact.removed === undefined) {
    const { printPreview } = await import('./print-preview.ts');
    await printPreview(context, client, artifact);
  }
  return 0;
}
