/** What a device cannot do, with the reason that it gives, and everything that was looked for there. */

import { type CapabilityName, type Device, type Permissions, type Probe, whyMissing } from '../core/devices.ts';
import { safe } from './print.ts';

/** Each capability in a word, and the permission that goes with it. */
export const ABILITIES: readonly {
  readonly capability: CapabilityName;
  readonly permission: keyof Permissions;
  readonly word: string;
}[] = [
  { capability: 'shell', permission: 'shell', word: 'shell' },
  { capability: 'local_files', permission: 'local_files', word: 'files' },
  { capability: 'browserAutomation', permission: 'browser_automation', word: 'browser' },
  { capability: 'desktopAutomation', permission: 'desktop_automation', word: 'desktop' },
];

/** `no desktop: display: there is no DISPLAY`. Unless `all`, only of what its owner allows: the rest is not wanted there. */
export function missingLines(device: Device, { all }: { readonly all: boolean }): string[] {
  const { capabilities, permissions, probes } = device;
  return ABILITIES.flatMap(({ capability, permission, word }) => {
    if (capabilities[capability] || !(all || permissions[permission])) return [];
    const why = whyMissing(device, capability);
    if (why !== undefined) return [`no ${word}: ${reasonText(why)}`];
    return all && probes !== undefined ? [`no ${word}: the version of Dispatch there does nothing of the kind`] : [];
  });
}

/** `display: there is no DISPLAY`. */
export function reasonText({ name, detail }: Probe): string {
  return `${safe(name)}: ${safe(detail)}`;
}

/** All that was looked for, found or not, with the way to mend what is not. */
export function probeLines({ probes = [] }: Device): string[] {
  return probes.flatMap((probe) => [
    `${probe.ok ? '✓' : '✗'} ${reasonText(probe)}`,
    ...(probe.fix === undefined ? [] : [`    ${safe(probe.fix)}`]),
  ]);
}
