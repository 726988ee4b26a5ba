// What a device can do, as a test says: nothing is looked for.
import type { CapabilityName, Probe } from '../../src/core/devices.ts';
import type { Prober } from '../../src/engine/ports.ts';

export function createProber(able: readonly CapabilityName[] = ['shell'], probes: readonly Probe[] = []): Prober {
  return {
    capabilities: () => ({
      shell: able.includes('shell'),
      browserAutomation: able.includes('browserAutomation'),
      desktopAutomation: able.includes('desktopAutomation'),
      local_files: able.includes('local_files'),
    }),
    probes: () => probes,
    probe: async () => {},
    onChange: () => () => {},
  };
}
