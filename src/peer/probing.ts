/**
 * Finds out what this device can do, and why it cannot do the rest: at the start, and again whenever somebody asks. What is found is
 * told with its reason; a capability is there if nothing that it needs is missing.
 */

import { isDeepStrictEqual } from 'node:util';
import { CAPABILITY_NAMES, type CapabilityName, type Probe, type SandboxReport } from '../core/devices.ts';
import type { Prober } from '../engine/ports.ts';

/** What takes longer than this is as if it were not there. */
const PATIENCE_MS = 8000;

type Area = () => Promise<readonly Probe[]>;

export interface ProbingOptions {
  /** Each tells of one area, and may fail. Those that are quick are waited for at the start. */
  readonly quick: readonly Area[];
  readonly slow: readonly Area[];
  readonly sandbox: () => SandboxReport;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Resolves when what takes no time has been found; the rest follows. */
export async function createProber({ quick, slow, sandbox, onFault }: ProbingOptions): Promise<Prober> {
  const listeners = new Set<() => void>();
  const look = async (area: Area): Promise<readonly Probe[]> => {
    try {
      return await area();
    } catch (error) {
      onFault('looking what this device can do', error);
      return [];
    }
  };
  const lookAtAll = async (): Promise<void> => {
    const parts = await Promise.all([...quick, ...slow].map(look));
    const before = found;
    found = [...parts.flat(), sandboxProbe(sandbox())];
    if (isDeepStrictEqual(before, found)) return;
    for (const listener of [...listeners]) listener();
  };
  const first = (await Promise.all(quick.map(look))).flat();
  let found: readonly Probe[] = [
    ...first,
    ...CAPABILITY_NAMES.filter((name) => !first.some(({ needed }) => needed === name)).map(notYet),
    sandboxProbe(sandbox()),
  ];

  /** Who asks while it looks gets what is found then. */
  let looking: Promise<void> | undefined;
  const probe = (): Promise<void> => {
    looking ??= lookAtAll().finally(() => {
      looking = undefined;
    });
    return Promise.race([looking, patience()]);
  };

  void probe();
  return {
    capabilities: () => ({
      shell: has(found, 'shell'),
      browserAutomation: has(found, 'browserAutomation'),
      desktopAutomation: has(found, 'desktopAutomation'),
      local_files: has(found, 'local_files'),
    }),
    probes: () => found,
    probe,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** One that nothing speaks of is not there. */
function has(probes: readonly Probe[], capability: CapabilityName): boolean {
  const about = probes.filter(({ needed }) => needed === capability);
  return about.length > 0 && about.every(({ ok }) => ok);
}

function notYet(needed: CapabilityName): Probe {
  return { name: needed, ok: false, detail: 'it is being looked for', fix: 'ask again in a moment', needed };
}

function sandboxProbe(report: SandboxReport): Probe {
  return report.kind === 'none'
    ? { name: 'sandbox', ok: false, detail: 'none: every command has full access, and asks', fix: report.detail }
    : { name: 'sandbox', ok: true, detail: `${report.kind} ${report.version}` };
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
}
