// What verifying the record found, as people read it.
import { describe, expect, it } from 'vitest';
import { verificationLines } from '../../../src/cli/print-verification.ts';
import type { Device } from '../../../src/core/devices.ts';
import type { AuditVerification } from '../../../src/protocol/audit-api.ts';

const DEVICES = [
  { id: '12D3KooWhere', name: 'laptop', local: true },
  { id: '12D3KooWgpu', name: 'gpu-box\u001b[2J', local: false },
] as unknown as Device[];
const LOOK = { known: { devices: DEVICES, revoked: [] }, whole: false };
const FINE: AuditVerification = { ok: true, events: 12, unchained: 0, signatures: 1, findings: [] };
const broken = (...findings: string[]): AuditVerification => ({ ...FINE, ok: false, findings });

describe('a verification', () => {
  it('that found nothing is one line, and says what was not read', () => {
    expect(verificationLines({ ...FINE, unchained: 3 }, LOOK)).toEqual([
      '✓ 12 events, 3 of them from before there was a chain, 1 signature: all as they were written',
    ]);
    expect(verificationLines({ ...FINE, artifacts: { total: 1, read: 0 } }, LOOK)).toEqual([
      '✓ 12 events, 1 signature: all as they were written',
      '  1 artifact of this device not read: --artifacts reads them',
    ]);
  });

  it('groups findings, and calls devices by their names', () => {
    const found = broken(
      'event 4 of device 12D3KooWgpu has lost its hold on event 3',
      '"run/1" is missing',
      'event 5 of device 12D3KooWhere (approval.decided) carries a signature that is not that of device 12D3KooWgpu',
      'the file 000005.ldb of the database is damaged at byte 7',
    );
    expect(verificationLines(found, LOOK)).toEqual([
      '✗ the record is not as it was written: 4 findings (12 events, 1 signature)',
      '',
      'Signatures:',
      '  event 5 of this device (approval.decided) carries a signature that is not that of gpu-box␛[2J',
      '',
      'Files of the database:',
      '  the file 000005.ldb of the database is damaged at byte 7',
      '',
      'Records of the database:',
      '  "run/1" is missing',
      '',
      'The log:',
      '  event 4 of gpu-box␛[2J has lost its hold on event 3',
    ]);
  });

  it('shows a few of each kind, and all with --verbose', () => {
    const found = broken(...Array.from({ length: 30 }, (_, n) => `"run/${n}\u001b" is missing`));
    const lines = verificationLines(found, LOOK);
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe('  and 25 more: --verbose shows all');
    expect(lines[3]).toBe('  "run/0␛" is missing');
    expect(verificationLines(found, { ...LOOK, whole: true })).toHaveLength(33);
  });
});
