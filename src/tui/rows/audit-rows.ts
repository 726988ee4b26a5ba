// What happened to a run, step by step, as its devices have it in their logs: who or what made each so, and whether a signed
// answer is that of the device that gave it. Sanitised and whole.

import { deviceName } from '../../core/devices.ts';
import type { AuditStep, AuditVerification } from '../../protocol/audit-api.ts';
import type { Model } from '../model/model.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { formatExactTime } from '../words/format.ts';
import type { DetailRow } from './detail-row.ts';
import { proseRows } from './rows.ts';

const INDENT = '  ';

export function auditRows(model: Model, { audit }: RunDialog, width: number): readonly DetailRow[] {
  const prose = (text: string, style: DetailRow['style']): DetailRow[] =>
    proseRows(text, width).map((row) => ({ style, text: row }));
  const failed = audit?.message === undefined ? [] : prose(audit.message, 'failure');
  if (audit?.steps === undefined) return failed.length > 0 ? failed : [{ style: 'muted', text: 'loading…' }];
  return [...failed, ...audit.steps.flatMap((step) => stepRows(model, step, width))];
}

function stepRows(model: Model, { at, device, seq, by, text, signature }: AuditStep, width: number): DetailRow[] {
  const room = Math.max(1, width - INDENT.length);
  const where = sanitizeLine(deviceName(model, device));
  const head = `${formatExactTime(at, model.now)}  ${where} #${seq}  ${whoDid(model, by)}`;
  const indented = (rows: readonly string[], style: DetailRow['style']): DetailRow[] =>
    rows.map((row) => ({ style, text: INDENT + row }));
  return [
    ...proseRows(head, width).map((row): DetailRow => ({ style: 'muted', text: row })),
    ...indented(proseRows(text, room), 'text'),
    ...(signature === undefined
      ? []
      : signature === 'valid'
        ? indented(proseRows(`signed by ${sanitizeLine(deviceName(model, by.device))}: valid`, room), 'success')
        : indented(proseRows('the signature is NOT that of the device that is named', room), 'failure')),
  ];
}

function whoDid(model: Model, { kind, device }: AuditStep['by']): string {
  const where = sanitizeLine(deviceName(model, device));
  return kind === 'human' ? `a person on ${where}` : kind === 'device' ? where : `an ${kind} on ${where}`;
}

/** What walking over the whole log found, as a text. */
export function verificationText({ ok, events, unchained, signatures, findings }: AuditVerification): string {
  const chained = events - unchained;
  return [
    ok ? 'Nothing is wrong: the log is what was written.' : 'The log is NOT what was written.',
    '',
    `${events} events read: ${chained} of them in the chain of hashes, ${unchained} from before there was one.`,
    `${signatures} signed answers verified.`,
    ...(findings.length === 0 ? [] : ['', 'Findings:', ...findings.map((finding) => `- ${sanitizeLine(finding)}`)]),
  ].join('\n');
}
