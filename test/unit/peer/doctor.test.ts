import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findPaths } from '../../../src/config/paths.ts';
import type { Permissions, Probe } from '../../../src/core/devices.ts';
import { EMBEDDED_SUMMARY } from '../../../src/core/routing/context.ts';
import { checkMachine } from '../../../src/peer/doctor.ts';

const ALL: Permissions = { shell: true, local_files: true, browser_automation: true, desktop_automation: true };
const DISPLAY: Probe = {
  name: 'display',
  ok: false,
  detail: 'there is no screen',
  fix: 'start the peer in the session',
  needed: 'desktopAutomation',
};

const check = (probe: Probe, permissions: Permissions) =>
  checkMachine({
    paths: { ...findPaths({ DISPATCH_HOME: tmpdir() }), home: tmpdir() },
    shell: { ok: true, path: '/bin/sh' } as Parameters<typeof checkMachine>[0]['shell'],
    sandbox: { kind: 'bubblewrap', version: '0.11.0' },
    probes: [probe],
    permissions,
    configExists: false,
    connectors: [],
  }).find(({ name }) => name === probe.name);

describe('what is missing', () => {
  it('is wrong where its owner allows what needs it', () => {
    expect(check(DISPLAY, ALL)).toEqual({
      name: 'display',
      ok: false,
      detail: 'there is no screen',
      fix: 'start the peer in the session',
    });
  });

  it('is only told where nothing that is allowed needs it', () => {
    const told = { name: 'display', ok: true, detail: 'there is no screen (start the peer in the session)' };
    expect(check(DISPLAY, { ...ALL, desktop_automation: false })).toEqual(told);
    const { needed: _, ...wanted } = DISPLAY;
    expect(check(wanted, ALL)).toEqual(told);
  });
});

describe('a connector', () => {
  const checkConnector = (more: object) =>
    checkMachine({
      paths: { ...findPaths({ DISPATCH_HOME: tmpdir() }), home: tmpdir() },
      shell: { ok: true, path: '/bin/sh' } as Parameters<typeof checkMachine>[0]['shell'],
      sandbox: { kind: 'bubblewrap', version: '0.11.0' },
      probes: [],
      permissions: ALL,
      configExists: true,
      connectors: [{ ...EMBEDDED_SUMMARY, name: 'gpt', origin: 'https://api.example.org', ...more }],
    }).find(({ name }) => name === 'connector gpt');

  it('is fine where it has what it needs', () => {
    expect(checkConnector({ model: 'm' })).toMatchObject({ ok: true, detail: 'https://api.example.org m' });
  });

  it('is not, and says why, where its key is missing', () => {
    expect(checkConnector({ trouble: 'no key: the variable KEY is not set' })).toMatchObject({
      ok: false,
      detail: 'no key: the variable KEY is not set',
      fix: expect.stringContaining('connector test gpt'),
    });
  });
});
