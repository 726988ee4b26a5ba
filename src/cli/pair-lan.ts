/**
 * The devices on the LAN that have a pairing session open: listed, picked by a person, or found by a code. What they announce is
 * no proof of anything: the handshake is.
 */

import type { ControlClient } from '../control/client/client.ts';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import { parseCode } from '../protocol/pairing/code.ts';
import { fingerprintOf } from '../protocol/pairing/device-key.ts';
import type { LanDevice } from '../protocol/pairing-api.ts';
import type { CliContext } from './context.ts';
import { safe, table } from './print.ts';
import type { Terminal } from './terminal.ts';

/** How long announcements on the LAN may take, and how long more are waited for once there is one. */
const LAN_MS = 5000;
const LAN_MORE_MS = 1000;
const LAN_LOOK_MS = 200;

/** Looks until there is one that is `wanted`, and a little longer, as more may come. */
async function lookAround(
  context: CliContext,
  client: ControlClient,
  wanted: (device: LanDevice) => boolean = () => true,
): Promise<LanDevice[]> {
  const { interrupted } = context;
  const start = performance.now();
  let seen: number | undefined;
  for (;;) {
    const found = (await client.call('pair.lan', {}, { signal: interrupted })).found.filter(wanted);
    const now = performance.now();
    if (found.length > 0) seen ??= now;
    if (now - start > LAN_MS || (seen !== undefined && now - seen > LAN_MORE_MS)) return found;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LAN_LOOK_MS);
      interrupted.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

export async function listLan(context: CliContext): Promise<number> {
  const found = await lookAround(context, await context.connect());
  if (context.json) context.printJson(found);
  else for (const line of lanLines(found)) context.print(line);
  if (found.length === 0) context.note(NOBODY);
  else if (!context.json) context.note('pair with one of them by the code that it shows: dispatch pair CODE --at ID');
  return 0;
}

const NOBODY =
  'no device on the LAN shows a ticket: run "dispatch pair" there; where the two are in different networks, use --at';

function lanLines(found: readonly LanDevice[]): string[] {
  return table(found.map(({ id, addresses }, index) => [`${index + 1}`, safe(id), addresses.map(safe).join(', ')]));
}

/** The code says which device it is of. */
export async function findOnLan(context: CliContext, client: ControlClient, code: string): Promise<LanDevice> {
  const { fingerprint } = parseCode(code);
  context.note('looking on the LAN for the device that shows this code');
  const [found] = await lookAround(context, client, ({ id }) => fingerprintOf(id as DeviceId).equals(fingerprint));
  if (found !== undefined) return found;
  throw new DispatchError('not-found', 'no device on the LAN shows this code', {
    hint: 'say where it is with --at HOST',
  });
}

export async function pickFromLan(
  context: CliContext,
  client: ControlClient,
  terminal: Terminal | undefined,
): Promise<LanDevice> {
  context.note('looking on the LAN for devices that pair');
  const found = await lookAround(context, client);
  const [only, second] = found;
  if (only === undefined)
    throw new DispatchError('not-found', 'no device on the LAN has a pairing session open', {
      hint: 'say where it is with --at HOST',
    });
  if (second === undefined) return only;
  for (const line of lanLines(found)) context.note(line);
  const answer = await terminal?.line(`which of them? 1–${found.length}: `);
  const picked = found[Number(answer) - 1];
  if (picked !== undefined) return picked;
  if (answer === undefined && terminal !== undefined) throw new DispatchError('cancelled', 'nothing was paired');
  throw new DispatchError('ambiguous', `${found.length} devices on the LAN have a pairing session open`, {
    hint: 'say which with --at ID',
  });
}
