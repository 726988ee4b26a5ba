/**
 * The files that make the peer a service of its user: a systemd user unit, a launchd agent. Pure text: where it goes and who is told
 * is the affair of install.ts. The peer executes what its user asks for, so whatever would confine it would confine every run.
 */

import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PEER_NODE_FLAGS } from './node-flags.ts';

export interface ServiceOptions {
  /** Absolute paths: the Node that runs now, and bin/dispatch.js. */
  readonly node: string;
  readonly launcher: string;
  /** What comes after `peer`. */
  readonly args: readonly string[];
  /** Of who installs it: the runs of a service should find the programs that the person finds. */
  readonly path: string;
  /** DISPATCH_HOME, where it is set. */
  readonly home?: string;
}

export const UNIT_NAME = 'dispatch-peer.service';
export const AGENT_LABEL = 'dispatch.peer';

/** Longer than the peer gives its runs to end in (10 s), with time to write their ends down. */
const STOP_SECONDS = 30;

export function systemdUnit(options: ServiceOptions & { /** systemd-notify is there. */ notify: boolean }): string {
  const words = [...PEER_NODE_FLAGS, options.launcher, 'peer', ...options.args].map((word) =>
    quote(word).replaceAll('$', '$$$$'),
  );
  const manual = pathToFileURL(join(dirname(dirname(options.launcher)), 'docs', 'HEADLESS.md')).href;
  const environment = variables(options).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`);
  return `# The Dispatch peer of this user. Written by "dispatch peer install", which overwrites it: put changes of yours into a
# drop-in, with "systemctl --user edit ${UNIT_NAME}".

[Unit]
Description=Dispatch peer: runs tasks on this machine and reaches your other ones
Documentation=${manual.replaceAll('%', '%%')}
# It waits for no network: it listens at once, and goes on dialling paired machines until they are there.

[Service]
${
  options.notify
    ? `# "systemctl start" returns when the peer takes work, or fails with what is wrong. The peer tells it through systemd-notify, a
# child of its own, hence "all".
Type=notify
NotifyAccess=all`
    : `# There is no systemd-notify here for the peer to say with that it takes work: started means that it was found and executed.
Type=exec`
}
ExecStart=${[quote(options.node), ...words].join(' ')}
# The programs that the shell of whoever installed it finds, for the peer and for every run.
${environment.join('\n')}

# After a crash, again; not after "dispatch peer stop", nor after an option that it did not understand.
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2

# SIGTERM goes to the peer alone. It takes no new work, tells clients and paired machines, and gives each run 10 s to end; a signal
# to every process at once would end the runs as if by themselves.
KillMode=mixed
TimeoutStopSec=${STOP_SECONDS}

# A run that takes all memory is ended, and the peer that tells of it is not.
OOMPolicy=continue

# No core file of the peer: it would hold its key and what runs have in their environment. A run may raise the limit again.
LimitCORE=0:infinity

# The level of each log line, so that "journalctl --user -p warning -u ${UNIT_NAME}" works.
StandardError=journal
SyslogLevelPrefix=yes
SyslogIdentifier=dispatch-peer

# Left as they are, because everything that confines this service confines what you run through it:
#   NoNewPrivileges               sudo, su and ping would fail in every run. In a unit of a user, everything that filters system calls
#                                 switches it on: SystemCallFilter, RestrictNamespaces, RestrictAddressFamilies, RestrictSUIDSGID,
#                                 RestrictRealtime, LockPersonality, MemoryDenyWriteExecute, PrivateDevices, ProtectKernel*, ...
#   ProtectSystem, ProtectHome    runs write where you may write.
#   PrivateTmp                    what a run leaves in /tmp would not be there for you.
#   PrivateNetwork, IPAddress*    runs use the network, and so does the peer.
#   MemoryMax, CPUQuota, TasksMax a build may need the whole machine: set them in a drop-in if this one must stay usable meanwhile.
#   UMask                         it would be that of the files that runs make. The peer makes its own with 0600 in any case.
# What may run here at all is decided by permissions, policy and approvals: see docs/SECURITY.md.

[Install]
WantedBy=default.target
`;
}

export function launchdAgent(options: ServiceOptions & { /** Where standard error goes. */ logFile: string }): string {
  const strings = (values: readonly string[], indent: string): string =>
    values.map((value) => `${indent}<string>${escapeXml(value)}</string>`).join('\n');
  const environment = variables(options)
    .map(([name, value]) => `    <key>${name}</key>\n    <string>${escapeXml(value)}</string>`)
    .join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- The Dispatch peer of this user. Written by "dispatch peer install", which overwrites it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${AGENT_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${strings([options.node, ...PEER_NODE_FLAGS, options.launcher, 'peer', ...options.args], '    ')}
  </array>
  <!-- launchd's own PATH knows neither Homebrew nor what you installed yourself: runs get the one of your shell. -->
  <key>EnvironmentVariables</key>
  <dict>
${environment}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <!-- After a crash, again; not after "dispatch peer stop". -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- Background would slow down the processor and the disk for every run. -->
  <key>ProcessType</key>
  <string>Standard</string>
  <!-- Seconds between SIGTERM and SIGKILL: the peer gives its runs 10 of them to end in. -->
  <key>ExitTimeOut</key>
  <integer>${STOP_SECONDS}</integer>
  <!-- No core file of the peer: it would hold its key. A run may raise the limit again. -->
  <key>SoftResourceLimits</key>
  <dict>
    <key>Core</key>
    <integer>0</integer>
  </dict>
  <key>StandardErrorPath</key>
  <string>${escapeXml(options.logFile)}</string>
</dict>
</plist>
`;
}

function variables({ path, home }: ServiceOptions): [name: string, value: string][] {
  const folders = path.split(':').filter((folder) => isAbsolute(folder));
  return [
    ['PATH', [...new Set(folders)].join(':')],
    ...(home === undefined ? [] : [['DISPATCH_HOME', home] satisfies [string, string]]),
  ];
}

/** One word of a command line or an assignment, as systemd.syntax(7) and systemd.unit(5) read it. */
function quote(word: string): string {
  if (/^[A-Za-z0-9_/.,:=@+$-]+$/.test(word)) return word;
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('%', '%%')}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
