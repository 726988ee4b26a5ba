// The check of folders: what it tells, and to whom.
import { describe, expect, test } from 'vitest';
import type { AccessLevel } from '../../../../src/core/access.ts';
import { refuse } from '../../../../src/core/errors.ts';
import type { DeviceId } from '../../../../src/core/ids.ts';
import { checkGate, findUnusableFolder, type GateRequest } from '../../../../src/core/policy/gate.ts';
import type { ActionFacts } from '../../../../src/core/policy/reading.ts';

const FAR = 'far' as DeviceId;
const NEAR = 'near' as DeviceId;
const request = (device: DeviceId, access: AccessLevel = 'read-only'): GateRequest => ({
  action: { kind: 'shell', command: 'pwd', access },
  requester: { kind: 'human', device, name: device },
  grants: ['run'],
  device: {
    id: FAR,
    name: 'far',
    capabilities: { shell: true } as GateRequest['device']['capabilities'],
    permissions: { shell: true } as GateRequest['device']['permissions'],
    maxAccess: 'full-access',
    folders: ['/home/me'],
    enforces: ['read-only', 'workspace-write', 'full-access'],
  },
  rules: [],
  mayApprove: () => false,
  now: 0,
});
const missing = refuse('invalid', 'the working folder does not exist');
const facts = (written: string, real: string, more: Partial<ActionFacts> = {}): ActionFacts => ({
  paths: [{ written, real, use: 'folder' }],
  ...more,
});

describe('of a folder out of reach', () => {
  test('another device is told the same, whether it is there or not, and nowhere that it leads', () => {
    const near = request(NEAR);
    const answers = [
      facts('/x', '/x'),
      facts('/x', '/x', { unusable: missing }),
      facts('/x', '/else/where'),
      facts('/x', '/else/where', { unusable: missing }),
    ].map((each) => {
      expect(findUnusableFolder(near, each)).toBeUndefined();
      return checkGate(near, each);
    });
    expect(answers[0]).toMatchObject({
      verdict: 'deny',
      check: 'folders',
      because: [expect.stringContaining('/x is in')],
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('the device itself is told what is wrong, and where it leads', () => {
    const own = request(FAR);
    expect(findUnusableFolder(own, facts('/x', '/x', { unusable: missing }))).toBe(missing);
    expect(checkGate(own, facts('/x', '/else/where'))).toMatchObject({
      verdict: 'deny',
      because: [expect.stringContaining('/else/where is in')],
      hint: expect.stringContaining('reach+=/else/where'),
    });
  });

  test('with full access a person is asked, and the same holds', () => {
    const near = request(NEAR, 'full-access');
    const there = checkGate(near, facts('/x', '/x'));
    expect(there.check).toBe('policy');
    expect(checkGate(near, facts('/x', '/x', { unusable: missing }))).toEqual(there);
    expect(findUnusableFolder(near, facts('/x', '/x', { unusable: missing }))).toBeUndefined();
    expect(findUnusableFolder(request(FAR, 'full-access'), facts('/x', '/x', { unusable: missing }))).toBe(missing);
  });
});

test('of a folder in reach everybody is told', () => {
  const gone = facts('/home/me/gone', '/home/me/gone', { unusable: missing });
  for (const device of [FAR, NEAR]) expect(findUnusableFolder(request(device), gone)).toBe(missing);
  expect(findUnusableFolder(request(NEAR), facts('/home/me', '/home/me'))).toBeUndefined();
});
