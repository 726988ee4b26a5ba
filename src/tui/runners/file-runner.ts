// Reads a file of a device, gives it to the editor of the person, and submits what came of it; finds names that a path goes on with; has
// the devices look again what they can do.

import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Run } from '../../core/runs.ts';
import type { Effect } from '../model/effects.ts';
import { MOST_EDITED, type ReadFile } from '../model/file-edit.ts';
import type { Failure, MessageBody } from '../model/messages.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

export type FileEffect = Extract<
  Effect,
  { type: 'read-file' | 'edit-file' | 'write-file' | 'complete-place' | 'probe' }
>;

export interface FileRunnerDeps {
  /** Throws while there is no connection. */
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
  readonly newId: () => string;
  readonly cwd: string;
  /** Opens the editor of the person on a file of that name; gives undefined if it was left without saving. */
  readonly editText: (text: string, path: string) => Promise<string | undefined>;
}

const ABOUT = 'file-edit';
const MOST_PLACES = 100;

export function createFileRunner({
  client,
  tell,
  attempt,
  newId,
  cwd,
  editText,
}: FileRunnerDeps): (effect: FileEffect) => void {
  const say = (tone: 'info' | 'success', text: string, about: string): void =>
    tell({ type: 'toast', toast: { tone, text, about } });

  const read = async ({ device, path, request }: Extract<FileEffect, { type: 'read-file' }>): Promise<void> => {
    const operation = { op: 'read', path, as: 'text', length: MOST_EDITED + 1 } as const;
    const { run } = await client().call('submit', {
      id: newId(),
      task: `read ${path} to edit it`,
      action: { kind: 'files', operation },
      devices: [device],
      cwd,
    });
    const { run: ended, asked } = await endOf(run);
    if (ended.status !== 'completed') throw new DispatchError('refused', whyNotRead(ended));
    const bytes = await outputOf(client(), run.id);
    const { createHash } = await import('node:crypto'); // not before it is needed: loading it delays the first frame
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
    tell({ type: 'file-read', request, asked, file: { device, path, text: textOf(bytes, path), sha256 } });
  };

  /** When it is over; and whether a person had to be asked. */
  const endOf = async (run: Run): Promise<{ run: Run; asked: boolean }> => {
    const [first = run] = (await client().call('wait', { runs: [run.id], orApproval: true })).runs;
    if (first.status !== 'waiting_approval') return { run: first, asked: false };
    say('info', `run ${first.number} asks before it reads; then it can be edited`, ABOUT);
    const [last = first] = (await client().call('wait', { runs: [run.id] })).runs;
    return { run: last, asked: true };
  };

  const write = async (file: ReadFile, text: string): Promise<void> => {
    const { device, path, sha256: replaces } = file;
    const { run } = await client().call('submit', {
      id: newId(),
      task: `edit ${path}`,
      action: { kind: 'files', operation: { op: 'write', path, content: text, replaces } },
      devices: [device],
      cwd,
    });
    say('success', `run ${run.number}: edit ${sanitizeLine(path)}`, run.id);
  };

  const submit = (file: ReadFile, text: string): void =>
    attempt(
      () => write(file, text),
      (failure) => tell({ type: 'not-written', file, text, failure }),
    );

  return (effect) => {
    switch (effect.type) {
      case 'read-file':
        return attempt(
          () => read(effect),
          (failure) => tell({ type: 'read-failed', request: effect.request, failure }),
        );
      case 'edit-file':
        return attempt(async () => {
          const { file } = effect;
          const text = await editText(file.text, file.path);
          if (text === undefined) return say('info', 'the editor ended with an error, so nothing is submitted', ABOUT);
          if (text === file.text) return say('info', 'nothing was changed, so nothing is submitted', ABOUT);
          submit(file, text);
        });
      case 'write-file':
        return submit(effect.file, effect.text);
      case 'complete-place': {
        const { request, device, path } = effect;
        const place = device === undefined ? { path, cwd } : { device, path };
        return attempt(
          async () => {
            const { completions } = await client().call('files.complete', { ...place, limit: MOST_PLACES });
            tell({ type: 'places', request, completions });
          },
          (failure) => tell({ type: 'places-failed', request, failure }),
        );
      }
      case 'probe':
        return attempt(async () => {
          tell({ type: 'devices', ...(await client().call('devices', { probe: true })) });
          say('success', 'looked again what the devices can do', 'probe');
        });
    }
  };
}

function whyNotRead(run: Run): string {
  const said = run.status === 'failed' ? run.message : run.status === 'cancelled' ? `it was ${run.reason}` : run.status;
  return `run ${run.number} did not read it: ${said}`;
}

/** Throws where it is too large, or no text to its end: what an editor would leave of that is not what was there. */
function textOf(bytes: Uint8Array, path: string): string {
  const name = sanitizeLine(path);
  if (bytes.length > MOST_EDITED) {
    throw new DispatchError('too-large', `${name} is larger than 1 MB`, {
      hint: 'change it with a command, or copy it here',
    });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Said below.
  }
  throw new DispatchError('invalid', `${name} is no text`, { hint: 'copy it here, and write it back' });
}

async function outputOf(client: ControlClient, run: string): Promise<Uint8Array> {
  const { chunks } = await client.output({ run, offset: 0 });
  const parts: Uint8Array[] = [];
  // Bytes are valid until the next come.
  for await (const { bytes } of chunks) parts.push(bytes.slice());
  return Buffer.concat(parts);
}
