/** What goes along with a question, as a connector is given it: text as text, anything else as base64. Bounded in all. */

import type { Attachment } from '../../core/cloud.ts';
import { DispatchError } from '../../core/errors.ts';
import type { ModelAttachment } from './connector/conversation.ts';
import type { CloudThread } from './ports.ts';

/** Of everything that goes along with one question. */
const MOST_BYTES = 9 * 2 ** 20;

const IMAGES: readonly (readonly [signature: string, mimeType: string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['25504446', 'application/pdf'],
];

export async function readAttachments(
  attachments: readonly Attachment[],
  thread: CloudThread,
  signal: AbortSignal,
): Promise<readonly ModelAttachment[]> {
  const read: ModelAttachment[] = [];
  let room = MOST_BYTES;
  for (const attachment of attachments) {
    const { name, mimeType, bytes } =
      'artifact' in attachment
        ? await thread.artifact(attachment.artifact, room, signal)
        : withType(attachment.name, Buffer.from(attachment.content, 'base64'));
    room -= bytes.length;
    if (room < 0) {
      throw new DispatchError('too-large', `what goes along has more than ${MOST_BYTES} bytes`, {
        hint: 'attach less, or parts of it',
      });
    }
    read.push(attached(name, mimeType, bytes));
  }
  return read;
}

function withType(name: string, bytes: Buffer): { name: string; mimeType: string; bytes: Uint8Array } {
  const head = bytes.subarray(0, 4).toString('hex');
  const known = IMAGES.find(([signature]) => head.startsWith(signature))?.[1];
  return { name, mimeType: known ?? (textOf(bytes) === undefined ? 'application/octet-stream' : 'text/plain'), bytes };
}

function attached(name: string, mimeType: string, bytes: Uint8Array): ModelAttachment {
  const text = mimeType.startsWith('image/') || mimeType === 'application/pdf' ? undefined : textOf(bytes);
  return text === undefined
    ? { name, mimeType, base64: Buffer.from(bytes).toString('base64') }
    : { name, mimeType, text };
}

/** The text that the bytes are; undefined if they are none. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
