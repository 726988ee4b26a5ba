import { describe, expect, it } from 'vitest';
import { abilities, clockText, grantWords, presenceText } from '../../../src/cli/print-device.ts';
import { missingLines, probeLines } from '../../../src/cli/print-probes.ts';
import { type Device, DIAL_STAGES, type Probe } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';

const NOW = new Date(2026, 10, 20, 15, 0).getTime();
const ALL = { shell: true, local_files: true };
const DEVICE: Device = {
  id: '12D3KooWx' as DeviceId,
  name: 'gpu-box',
  platform: 'linux',
  local: false,
  capabilities: { ...ALL, browserAutomation: true, desktopAutomation: true, reachableFolders: [] },
  permissions: { ...ALL, browser_automation: true, desktop_automation: true },
  enforces: ['full-access'],
  presence: { state: 'online', since: NOW, roundTripMs: 12.4 },
  load: { running: 0, slots: 1 },
};
const offline = (stage?: (typeof DIAL_STAGES)[number], since = NOW - 3_600_000): Device => ({
  ...DEVICE,
  presence: { state: 'offline', since, ...(stage === undefined ? {} : { stage }) },
});

describe('presence', () => {
  it('comes with its evidence', () => {
    expect(presenceText(DEVICE, NOW)).toBe('12 ms');
    expect(presenceText({ ...DEVICE, presence: { state: 'online', since: NOW, roundTripMs: 0.3 } }, NOW)).toBe('<1 ms');
    expect(presenceText({ ...DEVICE, presence: { state: 'online', since: NOW } }, NOW)).toBe('online');
    expect(presenceText({ ...DEVICE, presence: { state: 'suspect', since: NOW } }, NOW)).toBe('suspect');
    expect(presenceText({ ...DEVICE, local: true }, NOW)).toBe('this device');
    expect(presenceText(offline('refused'), NOW)).toBe('offline since 14:00, refused');
    expect(presenceText(offline(undefined, NOW - 86_400_000), NOW)).toBe('offline since 19 Nov 15:00');
  });

  it('has a reason of its own for each stage', () => {
    const texts = DIAL_STAGES.map((stage) => presenceText(offline(stage), NOW));
    expect(new Set(texts).size).toBe(DIAL_STAGES.length);
  });
});

describe('abilities', () => {
  it('are what it can do and may, then what it cannot, and why', () => {
    expect(abilities(DEVICE)).toBe('shell files browser desktop');
    const denied = { ...DEVICE.permissions, shell: false, browser_automation: false };
    expect(abilities({ ...DEVICE, permissions: denied })).toBe('files desktop (not allowed: shell browser)');
    const none = { ...DEVICE.capabilities, shell: false, local_files: false, browserAutomation: false };
    expect(abilities({ ...DEVICE, capabilities: { ...none, desktopAutomation: false } })).toBe(
      'nothing (it has no shell)',
    );
  });
});

describe('what it cannot do', () => {
  const needed = 'desktopAutomation' as const;
  const probes: readonly Probe[] = [
    { name: 'display', ok: false, detail: 'there is no DISPLAY\u001b[2J', fix: 'start it\nin the session', needed },
    { name: 'xdotool', ok: false, detail: 'it is not there', needed },
    { name: 'python3', ok: true, detail: 'Python 3.13' },
  ];
  const HEADLESS: Device = {
    ...DEVICE,
    capabilities: { ...DEVICE.capabilities, desktopAutomation: false, browserAutomation: false },
    probes,
  };

  it('comes with the first reason, of what its owner allows unless all is asked for', () => {
    expect(missingLines(DEVICE, { all: true })).toEqual([]);
    expect(missingLines(HEADLESS, { all: false })).toEqual(['no desktop: display: there is no DISPLAY␛[2J']);
    expect(missingLines(HEADLESS, { all: true })).toEqual([
      'no browser: the version of Dispatch there does nothing of the kind',
      'no desktop: display: there is no DISPLAY␛[2J',
    ]);
    const off = { ...HEADLESS, permissions: { ...DEVICE.permissions, desktop_automation: false } };
    expect(missingLines(off, { all: false })).toEqual([]);
    const { probes: _, ...silent } = HEADLESS;
    expect(missingLines(silent, { all: true })).toEqual([]);
  });

  it('is part of all that was looked for', () => {
    expect(probeLines(HEADLESS)).toEqual([
      '✗ display: there is no DISPLAY␛[2J',
      '    start it⏎in the session',
      '✗ xdotool: it is not there',
      '✓ python3: Python 3.13',
    ]);
  });
});

describe('grants and clocks', () => {
  it('are words', () => {
    expect(grantWords([])).toBe('nothing');
    expect(grantWords(['observe', 'run'])).toBe('run tasks, see the whole thread');
    expect(clockText(-119_000)).toBeUndefined();
    expect(clockText(120_001)).toBe('its clock is 2 min ahead');
    expect(clockText(-86_400_000)).toBe('its clock is 24 h behind');
  });
});
