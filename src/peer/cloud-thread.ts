/** Gives the cloud routes their look at the thread: conversations, and the bytes of what is attached. */

import { knownDeviceName } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import { entryToMarkdown } from '../core/export.ts';
import type { RunId } from '../core/ids.ts';
import type { EngineApi } from '../protocol/api.ts';
import type { CloudThread, Turn } from '../routes/cloud/ports.ts';

/** `api` is asked for late: the engine needs its executors before it exists. */
export function createCloudThread(api: () => EngineApi): CloudThread {
  return {
    async conversation(newest, limit) {
      const turns: Turn[] = [];
      let next: RunId | undefined = newest;
      for (let step = 0; step < limit && next !== undefined; step++) {
        const { run, answer } = await api()['run.get']({ run: next });
        if (run.action.kind !== 'knowledge') {
          throw new DispatchError('invalid', `run ${run.number} is no question, so it cannot be followed up`, {
            hint: 'name a run that was one',
          });
        }
        if (answer !== undefined) turns.unshift({ question: run.action.question, answer: answer.text });
        next = run.action.after;
      }
      return turns;
    },
    async digest(limit) {
      const [{ entries }, known] = await Promise.all([api()['thread.read']({ limit }), api().devices({})]);
      const nameOf = (id: string): string => knownDeviceName(known, id) ?? id;
      return entries.map((entry) => entryToMarkdown(entry, { nameOf, brief: true })).join('\n\n');
    },
    async artifact(id, maxBytes, signal) {
      const { artifact } = await api()['artifact.get']({ artifact: id });
      if (artifact.sizeBytes > maxBytes) {
        throw new DispatchError(
          'too-large',
          `"${artifact.name}" has ${artifact.sizeBytes} bytes, and ${maxBytes} are left`,
          {
            hint: 'attach a part of it',
          },
        );
      }
      await api()['artifact.fetch']({ artifact: id }, signal);
      const { chunks } = await api().blob({ artifact: id, offset: 0 }, signal);
      const parts: Uint8Array[] = [];
      for await (const { bytes } of chunks) parts.push(bytes);
      return { name: artifact.name, mimeType: artifact.mimeType, bytes: Buffer.concat(parts) };
    },
  };
}
