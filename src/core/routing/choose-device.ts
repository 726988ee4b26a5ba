/**
 * Which device does it. Those that are named, or else one: of those that can, that which reaches the path, this device before others, and
 * of others the one that is there, with the least to do, and the nearest. Two that are alike in all of that are for the person to choose from.
 */

import { type CapabilityName, type Device, type Permissions, whyMissing } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { isInside } from '../policy/paths.ts';
import { type Fleet, namedDevices } from './fleet.ts';
import type { Rejected } from './rejected.ts';

export interface Choice {
  readonly ok: true;
  readonly devices: readonly [Device, ...Device[]];
  readonly because: string;
  /** Every other device. */
  readonly rejected: readonly Rejected[];
}

/** What a device must be able to do. `connector`: to ask one of its own. */
export type Need = 'shell' | 'files' | 'browser' | 'desktop' | 'connector';

const NEEDS = {
  shell: { capability: 'shell', permission: 'shell', what: 'shell' },
  files: { capability: 'local_files', permission: 'local_files', what: 'files that may be reached' },
  browser: { capability: 'browserAutomation', permission: 'browser_automation', what: 'browser that can be driven' },
  desktop: { capability: 'desktopAutomation', permission: 'desktop_automation', what: 'screen that can be used' },
} as const satisfies Readonly<
  Record<Exclude<Need, 'connector'>, { capability: CapabilityName; permission: keyof Permissions; what: string }>
>;

/** Of a tie: more would be a list that nobody reads. */
const MOST_CHOICES = 8;
const MOST_REASONS = 8;

export function chooseDevice(
  targets: readonly string[],
  fleet: Fleet,
  need: Need,
  { paths = [], by }: { readonly paths?: readonly string[]; readonly by?: string | undefined } = {},
): Choice | Refusal {
  if (targets.length > 0) return chooseNamed(targets, fleet, need, by);
  const rejected: Rejected[] = [];
  const able = fleet.devices.filter((device) => !rejects(rejected, device, whyNot(device, need)));
  const { path, holders } = holdersOf(able, paths);
  const [best, second] = foremost(holders);
  if (best === undefined) return nobodyCan('no device can do it', rejected);
  if (second !== undefined && compare(best, second) === 0) {
    const tied = holders.filter((device) => compare(best, device) === 0);
    const choices = tied.slice(0, MOST_CHOICES).map(({ name }) => `@${name}`);
    const more = tied.length > MOST_CHOICES ? ' or another' : '';
    return refuse(
      'ambiguous',
      `${tied.length} devices would do it equally well`,
      `name one: ${choices.join(' or ')}${more}`,
      choices,
    );
  }
  const isHolder = holders.length < able.length ? new Set(holders) : undefined;
  const elsewhere = `${path} is in no folder that it reaches`;
  const why = comparison(best);
  for (const device of able) {
    if (device === best) continue;
    rejected.push({ device: device.name, reason: isHolder?.has(device) === false ? elsewhere : why(device) });
  }
  return {
    ok: true,
    devices: [best],
    because: becauseOf(best, second, able, isHolder === undefined ? '' : path),
    rejected,
  };
}

/** Who is named does it, or nobody does. `by`: whoever names them, if it is not the person. */
function chooseNamed(targets: readonly string[], fleet: Fleet, need: Need, by?: string): Choice | Refusal {
  const names = by === undefined ? 'you named' : `${by} names`;
  const named = namedDevices(fleet, targets);
  if (!named.ok) return named;
  const unable: Rejected[] = [];
  const able = named.devices.filter((device) => !rejects(unable, device, whyNot(device, need)));
  const [first, ...others] = able;
  if (first === undefined) return nobodyCan(`no device that ${names} can do it`, unable);
  if (unable.length > 0 && !targets.includes('all'))
    return nobodyCan(`not every device that ${names} can do it`, unable);
  const all = targets.includes('all') ? 'all: ' : '';
  const because = `${names} ${all}${able.map(({ name }) => name).join(', ')}`;
  const isNamed = new Set(named.devices);
  const rest = fleet.devices
    .filter((device) => !isNamed.has(device))
    .map(({ name }): Rejected => ({ device: name, reason: because }));
  return { ok: true, devices: [first, ...others], because, rejected: [...unable, ...rest] };
}

function rejects(rejected: Rejected[], { name }: Device, reason: string | undefined): boolean {
  if (reason !== undefined) rejected.push({ device: name, reason });
  return reason !== undefined;
}

function nobodyCan(what: string, rejected: readonly Rejected[]): Refusal {
  const reasons = rejected
    .slice(0, MOST_REASONS)
    .map((each) => `${'device' in each ? each.device : each.route}: ${each.reason}`);
  const more = rejected.length > MOST_REASONS ? [`and ${rejected.length - MOST_REASONS} more`] : [];
  return refuse(
    'refused',
    `${what} (${[...reasons, ...more].join('; ')})`,
    'see "dispatch devices" and "dispatch doctor"',
  );
}

const distance = ({ presence }: Device): number =>
  presence.state === 'offline' ? Number.POSITIVE_INFINITY : (presence.roundTripMs ?? 0);
const away = ({ presence }: Device): number => (presence.state === 'online' ? 0 : presence.state === 'suspect' ? 1 : 2);
const busy = ({ load }: Device): number => load.running / Math.max(1, load.slots);

/** Below zero if `a` goes first; zero if nothing tells them apart. */
function compare(a: Device, b: Device): number {
  return Number(b.local) - Number(a.local) || away(a) - away(b) || busy(a) - busy(b) || order(distance(a), distance(b));
}

const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** The first and the second in rank, in one pass. */
function foremost(devices: readonly Device[]): readonly [Device?, Device?] {
  let best: Device | undefined;
  let second: Device | undefined;
  for (const device of devices) {
    if (best === undefined || compare(device, best) < 0) {
      second = best;
      best = device;
    } else if (second === undefined || compare(device, second) < 0) {
      second = device;
    }
  }
  return best === undefined ? [] : second === undefined ? [best] : [best, second];
}

/** Why each of the others comes after it. */
function comparison(best: Device): (other: Device) => string {
  const first = `${best.name} can do it, and is this device`;
  const busier = `${best.name} has less to do`;
  const further = `${best.name} is nearer`;
  return (other) => {
    if (best.local) return first;
    if (away(best) !== away(other))
      return other.presence.state === 'offline' ? 'it is offline' : 'it does not answer now';
    return busy(best) === busy(other) ? further : busier;
  };
}

function becauseOf(best: Device, second: Device | undefined, able: readonly Device[], path: string): string {
  const reaches = path === '' ? [] : [`${path} is in a folder that ${best.name} reaches`];
  if (path !== '' && second === undefined) return reaches.join();
  return [...reaches, rankOf(best, second, able)].join(', and ');
}

function rankOf(best: Device, second: Device | undefined, able: readonly Device[]): string {
  if (best.local) return 'it is this device';
  if (able.length === 1 || second === undefined) return 'it is the only one that can';
  const [isThere, there] = [away(best) === 0, away(best) === 0 ? 'it is there, and' : 'it'];
  if (away(best) !== away(second)) return isThere ? 'it is there' : 'it was there a moment ago';
  if (busy(best) !== busy(second)) return `${there} has the least to do`;
  return isThere ? 'it is there, and the nearest' : 'it is the nearest';
}

/**
 * Of several devices, those where an absolute path is in a reachable folder; all of them where that tells nothing. What begins with `~` or
 * with a name means something on each.
 */
function holdersOf(devices: readonly Device[], paths: readonly string[]): { path: string; holders: readonly Device[] } {
  const [path] = paths;
  if (path === undefined || !paths.every((each) => each.startsWith('/'))) return { path: '', holders: devices };
  const holders = devices.filter(({ capabilities }) =>
    paths.every((each) => capabilities.reachableFolders.some((folder) => isInside(folder, each))),
  );
  return holders.length === 0 ? { path: '', holders: devices } : { path, holders };
}

/** Why a device cannot do it, as far as is known here. One that has never been reached may. */
export function whyNot(device: Device, need: Need): string | undefined {
  const { local, grants, capabilities, permissions, version } = device;
  if (!local && grants?.held.includes('run') !== true) return 'it does not let this device run tasks';
  if (need === 'connector' || (!local && version === undefined)) return undefined;
  const { capability, permission, what } = NEEDS[need];
  if (!capabilities[capability]) {
    const missing = whyMissing(device, capability);
    return `it has no ${what}${missing === undefined ? '' : `: ${missing.detail}`}`;
  }
  return permissions[permission] ? undefined : `its owner does not allow ${permission}`;
}
