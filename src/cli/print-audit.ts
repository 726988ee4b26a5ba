/** How the record of a run looks as lines of text, each step wrapped under its time. What comes from elsewhere is escaped. */

import { deviceNameInShort } from '../core/devices.ts';
import type { KnownDevices } from '../protocol/api.ts';
import type { AuditRecord, AuditStep } from '../protocol/audit-api.ts';
import { wrap } from '../tui/terminal/width.ts';
import { actionTitle, safe, statusText } from './print.ts';

/** A terminal that is narrower gets lines that it wraps itself. */
const NARROWEST = 40;

export interface AuditLook extends Readonly<KnownDevices> {
  /** Of the terminal, in cells. */
  readonly width: number;
  /** Unix milliseconds. */
  readonly now: number;
}

export function auditLines({ run, steps }: AuditRecord, look: AuditLook): string[] {
  const title = `run ${run.number}  ${run.id}  ${statusText(run)}  ${safe(actionTitle(run.action))}`;
  const places = steps.map((step) => `  ${clockOf(step.at)}  ${placeOf(step, look)}  `);
  const indent = Math.max(0, ...places.map((place) => place.length));
  const width = Math.max(NARROWEST, look.width);
  const lines = steps.flatMap((step, index) => {
    const text = `${safe(step.text)}${signatureText(step)}`;
    const before = steps[index - 1];
    const day = dayOf(step.at);
    return [
      ...(before !== undefined && dayOf(before.at) === day ? [] : [`  ${day}`]),
      ...wrap(text, Math.max(NARROWEST / 2, width - indent)).map(
        (line, row) => `${(row === 0 ? (places[index] ?? '') : '').padEnd(indent)}${line}`,
      ),
    ];
  });
  return [...wrap(title, width), ...lines];
}

/** The event of the log: what `audit verify` names. */
function placeOf({ device, seq }: AuditStep, known: AuditLook): string {
  const isLocal = known.devices.some(({ id, local }) => local && id === device);
  return isLocal ? String(seq) : `${safe(deviceNameInShort(known, device))}:${seq}`;
}

function signatureText({ signature }: AuditStep): string {
  if (signature === undefined) return '';
  return signature === 'valid' ? ' [signature valid]' : ' [SIGNATURE INVALID]';
}

/** `Tue 3 Nov 2026`. */
function dayOf(at: number): string {
  const [weekday, month, day, year] = new Date(at).toDateString().split(' ');
  return `${weekday} ${Number(day)} ${month} ${year}`;
}

/** `14:02:07`, local. */
function clockOf(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
