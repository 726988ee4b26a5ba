/** Checks of the machine: what a run could need, and how to get what is missing. */

import { accessSync, constants, statfsSync } from 'node:fs';
import type { Paths } from '../config/paths.ts';
import type { ConnectorSummary } from '../core/connectors.ts';
import type { CapabilityName, Permissions, Probe, SandboxReport } from '../core/devices.ts';
import type { DoctorCheck } from '../protocol/api.ts';
import type { Shells } from '../routes/desktop/shells.ts';

const LOW_DISK_BYTES = 512 * 2 ** 20;

export function checkMachine(options: {
  paths: Paths;
  shell: Awaited<ReturnType<Shells['resolve']>>;
  sandbox: SandboxReport;
  /** What was looked for. */
  probes: readonly Probe[];
  permissions: Permissions;
  configExists: boolean;
  connectors: readonly ConnectorSummary[];
}): DoctorCheck[] {
  const { paths } = options;
  return [
    { name: 'node', ok: true, detail: `Node ${process.versions.node} on ${process.platform} ${process.arch}` },
    {
      name: 'config',
      ok: true,
      detail: options.configExists
        ? `${paths.configFile} is valid`
        : `no ${paths.configFile}: everything is at its default`,
    },
    checkWritable('home', paths.home),
    checkDisk(paths.home),
    checkShell(options.shell),
    checkSandbox(options.sandbox),
    ...options.probes
      .filter(({ name }) => name !== 'sandbox' && name !== 'shell')
      .map((probe) => checkOf(probe, options.permissions)),
    ...options.connectors.map(checkConnector),
  ];
}

function checkWritable(name: string, folder: string): DoctorCheck {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { name, ok: true, detail: `${folder} can be written` };
  } catch (error) {
    return {
      name,
      ok: false,
      detail: `${folder} cannot be written: ${(error as Error).message}`,
      fix: `chmod u+rwx ${folder}`,
    };
  }
}

function checkDisk(folder: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${Math.round(free / 2 ** 20)} MiB free for ${folder}`;
  return free >= LOW_DISK_BYTES
    ? { name: 'disk', ok: true, detail }
    : { name: 'disk', ok: false, detail, fix: 'free some space: a full disk makes runs fail' };
}

const PERMISSION_FOR: Readonly<Record<CapabilityName, keyof Permissions>> = {
  shell: 'shell',
  local_files: 'local_files',
  browserAutomation: 'browser_automation',
  desktopAutomation: 'desktop_automation',
};

/** What nothing needs that the owner allows is no trouble: it says what is not there, and that is all. */
function checkOf({ name, ok, detail, fix, needed }: Probe, permissions: Permissions): DoctorCheck {
  if (ok || (needed !== undefined && permissions[PERMISSION_FOR[needed]]))
    return { name, ok, detail, ...(fix === undefined ? {} : { fix }) };
  return { name, ok: true, detail: fix === undefined ? detail : `${detail} (${fix})` };
}

/** Nothing is sent: that is for "dispatch connector test". */
function checkConnector({ name: connector, origin, model, trouble }: ConnectorSummary): DoctorCheck {
  const name = `connector ${connector}`;
  if (trouble !== undefined)
    return { name, ok: false, detail: trouble, fix: `see "dispatch connector test ${connector}"` };
  return { name, ok: true, detail: [origin, ...(model === undefined ? [] : [model])].join(' ') };
}

/** One can do without: then everything asks. */
function checkSandbox(sandbox: SandboxReport): DoctorCheck {
  if (sandbox.kind !== 'none') {
    return { name: 'sandbox', ok: true, detail: `${sandbox.kind} ${sandbox.version} keeps commands to their access` };
  }
  return {
    name: 'sandbox',
    ok: false,
    detail: 'none: every command has the full access of your user, so anything but plainly harmless ones asks',
    fix: sandbox.detail,
  };
}

function checkShell(shell: Awaited<ReturnType<Shells['resolve']>>): DoctorCheck {
  if (shell.ok) return { name: 'shell', ok: true, detail: `${shell.path} runs shell tasks` };
  return { name: 'shell', ok: false, detail: shell.reason, ...(shell.hint === undefined ? {} : { fix: shell.hint }) };
}
