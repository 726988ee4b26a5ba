/**
 * The seven checks that every action passes on the device that is to execute it, in this order, the first that says no being final:
 * grant, capability, permission, folders, policy, approval, sandbox. Five of them say whether it may go on and whether a person is
 * asked first; the last two are made at the moment of acting. Pure: what they look at comes in as facts.
 */

import { type AccessLevel, rankOfAccess } from '../access.ts';
import { type Action, type ActionKind, accessOf, type Plan } from '../actions.ts';
import type { Capabilities, CapabilityName, Permissions, Probe } from '../devices.ts';
import type { Refusal } from '../errors.ts';
import type { Grant } from '../grants.ts';
import type { DeviceId, Sha256 } from '../ids.ts';
import { evaluatePolicy } from './evaluate.ts';
import { isInside } from './paths.ts';
import type { ActionFacts, ResolvedPath } from './reading.ts';
import type { Requester, Rule, Verdict } from './rules.ts';

export const CHECKS = ['grant', 'capability', 'permission', 'folders', 'policy', 'approval', 'sandbox'] as const;
export type Check = (typeof CHECKS)[number];

export interface GateAnswer {
  readonly verdict: Verdict;
  /** The check that decided. */
  readonly check: Check;
  /** The access that the device will enforce. */
  readonly access: AccessLevel;
  /** The rule that decided, if one did. */
  readonly rule?: string;
  /** Which check, and why: phrases for people. */
  readonly because: readonly string[];
  /** With `deny`: who can change it, and how. */
  readonly hint?: string;
}

/** The device that is to execute, as its owner set it and as it was probed. */
export interface GateDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly capabilities: Capabilities;
  /** The reasons behind the capabilities; absent where nobody looked. */
  readonly probes?: readonly Probe[];
  readonly permissions: Permissions;
  readonly maxAccess: AccessLevel;
  /** Absolute, links resolved. */
  readonly folders: readonly string[];
  /** The levels that it can enforce; `full-access` among them in any case. */
  readonly enforces: readonly AccessLevel[];
}

export interface GateRequest {
  readonly action: Action;
  readonly requester: Requester;
  /** What the requester's device may do here; the device itself needs no grant. */
  readonly grants: readonly Grant[];
  readonly device: GateDevice;
  readonly rules: readonly Rule[];
  /** Whether an allowance that a person on that device gave still counts. */
  readonly mayApprove: (device: DeviceId) => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** The checks that need nothing but the request, made before anything on the disk is looked at. */
export function checkStanding(request: GateRequest): GateAnswer | undefined {
  return checkGrant(request) ?? checkCapability(request) ?? checkPermission(request);
}

/** The first five checks. */
export function checkGate(request: GateRequest, facts: ActionFacts): GateAnswer {
  return checkStanding(request) ?? checkFolders(request, facts) ?? checkPolicy(request, facts);
}

/** 1. May this device have anything run here at all? */
function checkGrant({ requester, grants, device }: GateRequest): GateAnswer | undefined {
  if (requester.device === device.id || grants.includes('run')) return undefined;
  return deny(
    'grant',
    `${requester.name} has no grant to run anything on ${device.name}`,
    `its owner gives one with "dispatch pair --allow run" on ${device.name}, and a new ticket`,
  );
}

/** 2. Can the device do it? */
function checkCapability({ action, device }: GateRequest): GateAnswer | undefined {
  const needed = NEEDS[action.kind];
  if (needed === undefined || device.capabilities[needed.capability]) return undefined;
  const missing = device.probes?.find(({ needed: of, ok }) => of === needed.capability && !ok);
  const why = missing === undefined ? '' : `: ${missing.detail}`;
  return deny('capability', `${device.name} has no ${needed.what}${why}`, missing?.fix ?? needed.fix);
}

/** What each kind of action needs of the device and of its owner. */
const NEEDS: Readonly<
  Record<
    ActionKind,
    | {
        readonly capability: CapabilityName;
        readonly permission: keyof Permissions;
        readonly what: string;
        readonly fix: string;
      }
    | undefined
  >
> = {
  shell: {
    capability: 'shell',
    permission: 'shell',
    what: 'shell that Dispatch can start',
    fix: 'install bash, or name one in [shell]',
  },
  files: {
    capability: 'local_files',
    permission: 'local_files',
    what: 'files that Dispatch can reach',
    fix: 'see "dispatch doctor" there',
  },
  browser: {
    capability: 'browserAutomation',
    permission: 'browser_automation',
    what: 'browser that Dispatch can drive',
    fix: 'see "dispatch doctor" there',
  },
  desktop: {
    capability: 'desktopAutomation',
    permission: 'desktop_automation',
    what: 'screen that Dispatch can use',
    fix: 'see "dispatch doctor" there',
  },
  // What its owner configured to be asked is not a thing of the device: rules are what stands before it.
  knowledge: undefined,
  code: undefined,
  inline: undefined,
};

/** 3. Does its owner allow that class of operation, and that much access? */
function checkPermission(request: GateRequest): GateAnswer | undefined {
  const { action, device } = request;
  const needed = NEEDS[action.kind];
  if (needed === undefined) return undefined;
  const { permissions, maxAccess, name } = device;
  if (!permissions[needed.permission]) {
    return deny(
      'permission',
      `the owner of ${name} does not allow "${needed.permission}"`,
      `only its owner can, on ${name}: "dispatch permissions set ${needed.permission}=on"`,
    );
  }
  const asked = accessOf(action);
  const enforced = gateAccess(request);
  if (rankOfAccess(enforced) <= rankOfAccess(maxAccess)) return undefined;
  const what = enforced === asked ? enforced : `${asked} cannot be enforced there, and ${enforced} would be needed`;
  if (action.kind !== 'shell') {
    return deny(
      'permission',
      `the owner of ${name} allows ${maxAccess} at most, and this is ${enforced}`,
      `only its owner can raise it, on ${name}: "dispatch permissions set max-access=${enforced}"`,
    );
  }
  return deny(
    'permission',
    `the owner of ${name} allows ${maxAccess} at most: ${what}`,
    enforced === asked
      ? `ask for ${maxAccess} (--access ${maxAccess}), or its owner raises it on ${name}: "dispatch permissions set max-access=${enforced}"`
      : `only its owner can raise it, on ${name}: "dispatch permissions set max-access=${enforced}"`,
  );
}

/** 4. Are all folders that it works in reachable? What has full access reaches everything, and a person is asked about that. */
function checkFolders(request: GateRequest, facts: ActionFacts): GateAnswer | undefined {
  const { action, device } = request;
  if (action.kind === 'shell' && action.access === 'full-access') return undefined;
  const outside = folderOutside(request, facts);
  if (outside === undefined) return undefined;
  // Another device is told what it has said itself: not whether there is such a folder, nor where it leads.
  const folder = isOwn(request) ? outside.real : outside.written;
  return deny(
    'folders',
    `${folder} is in none of the folders that ${device.name} lets runs reach (${device.folders.join(', ')})`,
    `its owner adds one on ${device.name} with "dispatch permissions set reach+=${folder}"${action.kind === 'shell' ? ', or ask for full access' : ''}`,
  );
}

function folderOutside({ device }: GateRequest, { paths }: ActionFacts): ResolvedPath | undefined {
  return paths.find(
    ({ use, real }) => (use === 'folder' || use === 'file') && !device.folders.some((folder) => isInside(folder, real)),
  );
}

function isOwn({ requester, device }: GateRequest): boolean {
  return requester.device === device.id;
}

/**
 * Why the action cannot work in its folder, for whoever may know that: the device itself of every folder, others of those that runs
 * reach. To be asked before the gate says what the action may do, and after its standing; of other folders the gate tells nothing.
 */
export function findUnusableFolder(request: GateRequest, facts: ActionFacts): Refusal | undefined {
  if (facts.unusable === undefined) return undefined;
  return isOwn(request) || folderOutside(request, facts) === undefined ? facts.unusable : undefined;
}

/** 5. What do the rules say of exactly this? */
function checkPolicy(request: GateRequest, facts: ActionFacts): GateAnswer {
  const asked = gateAccess(request);
  const { verdict, access, rule, because, hint } = evaluatePolicy({ ...request, asked, facts });
  return {
    verdict,
    check: 'policy',
    access,
    ...(rule === undefined ? {} : { rule }),
    because: because.map((why) => `policy: ${why}`),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** 6. and 7.: just before acting. Why the plan may not be carried out; undefined if it may. */
export function checkStart(request: {
  readonly gate: GateAnswer;
  readonly plan: Plan;
  readonly digest: Sha256;
  /** What a person has approved of this run, if anything. */
  readonly approved: Sha256 | undefined;
}): { readonly check: 'approval' | 'sandbox'; readonly reason: string } | undefined {
  const { gate, plan, digest, approved } = request;
  if (gate.verdict !== 'allow' && approved !== digest) {
    return { check: 'approval', reason: 'what would run is not what was approved' };
  }
  const needsSandbox = plan.kind === 'shell' && gate.access !== 'full-access';
  if (plan.enforced !== gate.access || (needsSandbox && plan.sandbox === undefined)) {
    return { check: 'sandbox', reason: `the device cannot keep it to ${gate.access}` };
  }
  return undefined;
}

/** The level that is really enforced when that one is asked for: where it cannot be, nothing limits it. */
export function enforcedOf({ enforces }: Pick<GateDevice, 'enforces'>, asked: AccessLevel): AccessLevel {
  return enforces.includes(asked) ? asked : 'full-access';
}

/** The level that the device would enforce for the action: what has no sandbox does what it does, and no more. */
function gateAccess({ action, device }: GateRequest): AccessLevel {
  return action.kind === 'shell' ? enforcedOf(device, action.access) : accessOf(action);
}

function deny(check: Check, why: string, hint: string): GateAnswer {
  return { verdict: 'deny', check, access: 'read-only', because: [`${check}: ${why}`], hint };
}
