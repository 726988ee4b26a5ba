import { describe, expect, test } from 'vitest';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import { cleanEnvironment, environmentFor } from '../../../src/routes/desktop/environment.ts';

const about = {
  run: 'a-run' as RunId,
  device: 'a-device' as DeviceId,
  artifactsDir: '/artifacts',
  cwd: '/work',
  hasTerminal: false,
  added: {},
};

describe('cleanEnvironment', () => {
  test('keeps what is the person’s own', () => {
    const base = {
      HOME: '/h',
      LANG: 'C',
      NODE_OPTIONS: '--x',
      NODE_EXTRA_CA_CERTS: '/ca',
      npm_config_registry: 'r',
      DISPATCH_HOME: '/d',
    };
    expect(cleanEnvironment(base)).toEqual(base);
  });

  test.each([
    'DISPATCH_RUN',
    'DISPATCH_ARTIFACTS',
    'DISPATCH_DEV',
    'NODE_CHANNEL_FD',
    'TMUX',
    'TERM',
    'LINES',
    'SHLVL',
    'KITTY_PID',
  ])('drops %s', (name) => expect(cleanEnvironment({ [name]: 'x', KEPT: 'y' })).toEqual({ KEPT: 'y' }));

  test('drops what "npm start" of Dispatch added, and its folders of the PATH', () => {
    const clean = cleanEnvironment({
      npm_package_name: 'dispatch',
      npm_package_json: '/src/dispatch/package.json',
      npm_lifecycle_event: 'start',
      npm_config_registry: 'r',
      INIT_CWD: '/src/dispatch',
      PATH: '/src/dispatch/node_modules/.bin:/src/node_modules/.bin:/node_modules/.bin:/npm/@npmcli/run-script/lib/node-gyp-bin:/mine/node_modules/.bin:/usr/bin',
    });
    expect(clean).toEqual({ npm_config_registry: 'r', PATH: '/mine/node_modules/.bin:/usr/bin' });
  });

  test('keeps what npm added for another project', () => {
    const base = { npm_package_name: 'other', npm_package_json: '/o/package.json', PATH: '/o/node_modules/.bin' };
    expect(cleanEnvironment(base)).toEqual(base);
  });
});

describe('environmentFor', () => {
  test('names run, device and artifacts folder', () => {
    expect(environmentFor({ KEPT: 'y' }, about)).toEqual({
      KEPT: 'y',
      TERM: 'dumb',
      PWD: '/work',
      DISPATCH_RUN: 'a-run',
      DISPATCH_DEVICE: 'a-device',
      DISPATCH_ARTIFACTS: '/artifacts',
    });
  });

  test('describes the terminal, unless the action does', () => {
    expect(environmentFor({}, { ...about, hasTerminal: true })).toMatchObject({
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
    });
    expect(environmentFor({}, { ...about, hasTerminal: true, added: { TERM: 'vt100' } }).TERM).toBe('vt100');
  });

  test('lets nothing change by what the run is found', () => {
    expect(environmentFor({ DISPATCH_RUN: 'x' }, { ...about, added: { DISPATCH_RUN: 'y' } }).DISPATCH_RUN).toBe(
      'a-run',
    );
  });
});
