/** The file of the pairings, as text and back: whole and valid, or an error that says what is wrong with it. */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import type { DeviceReport } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import { GRANTS } from '../core/grants.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Pairing } from '../engine/peer-ports.ts';

/** Raised when an older Dispatch would misread the file. */
const VERSION = 1;

export interface PairingBook {
  readonly pairings: ReadonlyMap<DeviceId, Pairing>;
  /** Pairings that count until a time, before anything in `pairings` or `revoked`. */
  readonly trials: ReadonlyMap<DeviceId, { readonly pairing: Pairing; readonly until: number }>;
  /** What each was called here; undefined of those that were revoked before that was kept. */
  readonly revoked: ReadonlyMap<DeviceId, string | undefined>;
}

const device = z
  .string()
  .regex(/^[A-Za-z0-9]{20,100}$/)
  .transform((id) => id as DeviceId);
const grants = z.array(z.enum(GRANTS));
const time = z.number().min(0);
const name = z.string().min(1).max(200);

/** What another device said of itself: one that no longer fits is told anew at the next contact. */
const report: z.ZodType<DeviceReport> = z.object({
  name,
  platform: z.string(),
  version: z.string(),
  capabilities: z.object({
    shell: z.boolean(),
    browserAutomation: z.boolean(),
    desktopAutomation: z.boolean(),
    local_files: z.boolean(),
    reachableFolders: z.array(z.string()),
  }),
  permissions: z.object({
    local_files: z.boolean(),
    shell: z.boolean(),
    browser_automation: z.boolean(),
    desktop_automation: z.boolean(),
  }),
  enforces: z.array(z.enum(ACCESS_LEVELS)),
  load: z.object({ running: z.number(), slots: z.number() }),
});

const pairing = z.object({
  device,
  name,
  alias: z.exactOptional(name),
  given: grants,
  held: grants,
  addresses: z.array(z.string().max(500)),
  pairedAt: time,
  report: z.exactOptional(z.unknown()),
  lastSeenAt: z.exactOptional(time),
});

const book = z.object({
  version: z.literal(VERSION),
  pairings: z.array(pairing),
  trials: z.array(z.object({ until: time, pairing })),
  revoked: z.array(device),
  /** Only for people to read: nobody is locked out over one that is no name. */
  revokedNames: z.array(z.object({ device, name }).nullable().catch(null)).catch([]),
});

export function spellBook({ pairings, trials, revoked }: PairingBook): Buffer {
  const whole = {
    version: VERSION,
    pairings: [...pairings.values()],
    trials: [...trials.values()],
    revoked: [...revoked.keys()],
    revokedNames: [...revoked].flatMap(([device, name]) => (name === undefined ? [] : [{ device, name }])),
  };
  return Buffer.from(`${JSON.stringify(whole, undefined, 2)}\n`);
}

/** Throws `storage`. */
export function parseBook(bytes: Uint8Array, path: string): PairingBook {
  const json = parseJson(bytes, path);
  const parsed = book.safeParse(json);
  if (!parsed.success) {
    const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
    if (typeof version === 'number' && version > VERSION) throw tooNew(path);
    const [issue] = parsed.error.issues;
    throw damaged(path, `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not valid'}`);
  }
  const { pairings, trials, revoked, revokedNames } = parsed.data;
  const names = new Map(revokedNames.flatMap((one) => (one === null ? [] : [[one.device, one.name] as const])));
  return {
    pairings: byDevice(pairings.map(asPairing), (one) => one.device, path),
    trials: byDevice(
      trials.map((trial) => ({ ...trial, pairing: asPairing(trial.pairing) })),
      (one) => one.pairing.device,
      path,
    ),
    revoked: new Map(revoked.map((device) => [device, names.get(device)])),
  };
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(path, 'it is no JSON');
  }
}

function asPairing({ report: told, ...rest }: z.infer<typeof pairing>): Pairing {
  const parsed = report.safeParse(told);
  return parsed.success ? { ...rest, report: parsed.data } : rest;
}

function byDevice<T>(items: readonly T[], deviceOf: (item: T) => DeviceId, path: string): Map<DeviceId, T> {
  const map = new Map(items.map((item) => [deviceOf(item), item]));
  if (map.size < items.length) throw damaged(path, 'a device is in it twice');
  return map;
}

function damaged(path: string, what: string): DispatchError {
  return new DispatchError('storage', `${path} is damaged: ${what}`, {
    hint: 'put a copy of it back, or move it away and pair all devices anew',
  });
}

function tooNew(path: string): DispatchError {
  return new DispatchError('storage', `${path} was written by a newer version of Dispatch`, {
    hint: 'update Dispatch on this device',
  });
}
