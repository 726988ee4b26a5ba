/**
 * Places that go on from what was typed, one a line, for the scripts of shells: `nas:` of devices, `nas:~/photos/` of what is on them. Paths
 * of this machine are for the shell. What cannot be found out is left out: nobody wants an error while typing.
 */

import type { ControlClient } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';
import type { CliContext } from './context.ts';

const LIMIT = 200;
/** Of the places that begin so, what is before the last slash stays as it was typed. */
const PLACE = /^(@?[^/:]+):((?:.*\/)?)([^/]*)$/s;

export async function printPlaces(context: CliContext, word: string): Promise<number> {
  for (const place of await findPlaces(context, word)) context.stdout.write(`${place}\n`);
  return 0;
}

async function findPlaces(context: CliContext, word: string): Promise<readonly string[]> {
  try {
    const client = await context.connect({ start: false });
    return await completePlace(client, word);
  } catch (error) {
    if (error instanceof DispatchError) return [];
    throw error;
  }
}

export async function completePlace(client: Pick<ControlClient, 'call'>, word: string): Promise<readonly string[]> {
  const [, device, folder = '', begun = ''] = PLACE.exec(word) ?? [];
  if (device === undefined) return deviceNames(client, word);
  // A home folder is written with a slash before anything follows it.
  if (folder === '' && begun === '~') return [`${device}:~/`];
  const { completions } = await client.call('files.complete', {
    device: device.replace(/^@/, ''),
    path: folder + begun,
    limit: LIMIT,
  });
  return completions
    .filter(({ name }) => isPlain(name))
    .map((found) => `${device}:${folder}${found.name}${found.folder ? '/' : ''}`);
}

async function deviceNames(client: Pick<ControlClient, 'call'>, word: string): Promise<readonly string[]> {
  if (word.includes('/')) return [];
  const at = word.startsWith('@') ? '@' : '';
  const { devices } = await client.call('devices', {});
  return devices
    .filter(({ local, name }) => !local && name.startsWith(word.slice(at.length)))
    .map(({ name }) => `${at}${name}:`);
}

/** What is one line, and shows as what it is. */
function isPlain(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name);
}
