/** What verifying the record found, as lines of text: first what it comes to, then what is wrong, by what it is wrong with. */

import { deviceNameInShort } from '../core/devices.ts';
import type { KnownDevices } from '../protocol/api.ts';
import type { AuditVerification } from '../protocol/audit-api.ts';
import { safe } from './print.ts';

/** Of each kind; more of one kind seldom tell more. */
const SHOWN = 5;

/** The first that fits. */
const KINDS: readonly (readonly [title: string, about: RegExp])[] = [
  ['Artifacts', /^the artifact /],
  ['Signatures', / carries a signature | signatures .* were not verified/],
  ['Files of the database', /^(the file |the folder |nothing else was looked at|a write-ahead log)/],
  ['The anchor beside the database', /\banchor\b|^when the database was opened/],
  ['Records of the database', /^"/],
  ['The log', /^(event |the log |an event )|\bevents?\b/],
];

export interface VerificationLook {
  /** Of a peer that answers; else ids are shown as they are. */
  readonly known: KnownDevices;
  /** All findings. */
  readonly whole: boolean;
}

export function verificationLines(verification: AuditVerification, { known, whole }: VerificationLook): string[] {
  const { ok, findings } = verification;
  const unread = unreadText(verification);
  if (ok) return [`✓ ${readText(verification)}: all as they were written`, ...unread];
  const local = known.devices.find((device) => device.local)?.id;
  const told = findings.map((finding) =>
    safe(finding).replace(/\bdevice (12D3KooW\w+)/g, (_, id: string) =>
      id === local ? 'this device' : safe(deviceNameInShort(known, id)),
    ),
  );
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return [
    `✗ the record is not as it was written: ${count} (${readText(verification)})`,
    ...grouped(told).flatMap(([title, texts]) => {
      const shown = whole ? texts : texts.slice(0, SHOWN);
      const more = texts.length - shown.length;
      return [
        '',
        `${title}:`,
        ...shown.map((text) => `  ${text}`),
        ...(more === 0 ? [] : [`  and ${more} more: --verbose shows all`]),
      ];
    }),
    ...(unread.length === 0 ? [] : ['', ...unread]),
  ];
}

/** What was read: `12 events, 3 of them from before there was a chain, 2 signatures, 4 artifacts`. */
function readText({ events, unchained, signatures, artifacts }: AuditVerification): string {
  return [
    counted(events, 'event'),
    ...(unchained === 0 ? [] : [`${unchained} of them from before there was a chain`]),
    counted(signatures, 'signature'),
    ...(artifacts === undefined || artifacts.read === 0 ? [] : [counted(artifacts.read, 'artifact')]),
  ].join(', ');
}

function unreadText({ artifacts }: AuditVerification): string[] {
  const unread = artifacts === undefined ? 0 : artifacts.total - artifacts.read;
  return unread === 0 ? [] : [`  ${counted(unread, 'artifact')} of this device not read: --artifacts reads them`];
}

function grouped(findings: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>(KINDS.map(([title]) => [title, []]));
  groups.set('Also', []);
  for (const finding of findings) {
    const [title] = KINDS.find(([, about]) => about.test(finding)) ?? ['Also'];
    groups.get(title)?.push(finding);
  }
  return [...groups].filter(([, texts]) => texts.length > 0);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
