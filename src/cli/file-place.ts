/** A file of a device as people write it: `nas:~/work`, `@nas:~/work`, or a path of this machine. */

import { resolve } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { FilePlace } from '../protocol/api.ts';

/** As scp has it: a colon before the first slash ends the name of a device; `./a:b` is a file. */
const ON_DEVICE = /^@?([A-Za-z0-9][A-Za-z0-9._-]*):(.*)$/s;

/** `on`: the device of places that name none. */
export function parsePlace(text: string, on: string | undefined): FilePlace {
  if (text === '') throw new DispatchError('usage', 'a path is empty', { hint: 'for example: nas:~/work' });
  const match = ON_DEVICE.exec(text);
  if (match?.[1] !== undefined && !match[1].includes('/')) {
    return { device: match[1], path: match[2] === '' ? '~' : (match[2] ?? '~') };
  }
  if (on !== undefined && on !== 'local') return { device: on, path: text };
  return { device: 'local', path: text.startsWith('~') ? text : resolve(text) };
}

export function isSameDevice(one: FilePlace, other: FilePlace): boolean {
  return one.device === other.device;
}
