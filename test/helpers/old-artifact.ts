// A home whose first run is forty days old: written into its log as it would have been then, while no peer has it open.
import type { RunCommand } from '../../src/core/commands.ts';
import { decideAll } from '../../src/core/decide.ts';
import type { ArtifactId, DeviceId, RunId } from '../../src/core/ids.ts';
import { systemIds } from '../../src/peer/system.ts';
import { createBlobStore } from '../../src/store/blobs.ts';
import { openThreadStore } from '../../src/store/log/thread-store.ts';
import type { CliHome } from './cli.ts';

const DAYS_AGO = 40;

/** A completed run that left this file. */
export async function leaveLongAgo(
  { paths }: Pick<CliHome, 'paths'>,
  device: DeviceId,
  name: string,
  text: string,
): Promise<void> {
  const then = Date.now() - DAYS_AGO * 86_400_000;
  const by = { kind: 'human', device } as const;
  const blob = await createBlobStore(paths.blobs).put(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
  const command = `printf %s '${text}' > "$DISPATCH_ARTIFACTS/${name}"`;
  const run = systemIds.next() as RunId;
  const commands: RunCommand[] = [
    {
      type: 'submit',
      data: {
        number: 1,
        task: `!${command}`,
        route: 'desktop-local',
        action: { kind: 'shell', command, access: 'workspace-write' },
        device,
        because: ['asked for'],
      },
    },
    { type: 'accept', because: ['policy: test'], rule: 'test' },
    { type: 'start', digest: systemIds.sha256(command), mustBeApproved: false },
    {
      type: 'add-artifact',
      artifact: { id: systemIds.next() as ArtifactId, name, kind: 'document', mimeType: 'text/plain', ...blob },
    },
    { type: 'complete', data: { exitCode: 0, output: { bytes: 0, droppedBytes: 0 } } },
  ];
  const decided = decideAll(undefined, commands, { runId: run, by, now: then });
  if (!decided.ok) throw new Error(decided.reason);
  const store = await openThreadStore({ location: paths.thread, device, now: () => then });
  try {
    await store.append(decided.events, { sync: true });
  } finally {
    await store.close();
  }
}
