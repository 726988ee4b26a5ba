import { expect, test } from 'vitest';
import {
  confinedEnvironment,
  isLauncherVariable,
} from '../../../../src/routes/desktop/sandbox/confined-environment.ts';
import { endingSignal } from '../../../../src/routes/desktop/sandbox/ending-signal.ts';

test.each([
  'SSH_AUTH_SOCK',
  'GPG_AGENT_INFO',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'NOTIFY_SOCKET',
  'LISTEN_FDS',
  'KUBECONFIG',
  'DISPATCH_HOME',
  'GITHUB_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'OPENAI_API_KEY',
  'PGPASSWORD',
  'DB_PASS',
  'npm_config__authToken',
  'DATABASE_URL',
  'MONGO_URI',
  'SENTRY_DSN',
  'BASH_FUNC_ls%%',
  'with.dots',
])('a confined command does not get %s', (name) => {
  expect(confinedEnvironment({ [name]: 'x', KEPT: 'y' })).toEqual({ KEPT: 'y' });
});

test.each([
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'PWD',
  'GIT_AUTHOR_NAME',
  'KEYBOARD',
  'MONKEY',
  'NODE_OPTIONS',
  'CARGO_HOME',
  'XDG_CACHE_HOME',
  'TZ',
  'PASSENGER_APP',
])('a confined command gets %s', (name) => expect(confinedEnvironment({ [name]: 'x' })).toEqual({ [name]: 'x' }));

test.each([
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'SHELLOPTS',
  'BASH_ENV',
  'PS4',
  'GLIBC_TUNABLES',
  'BASH_FUNC_ulimit%%',
  'GCONV_PATH',
])('%s is set after what starts the command', (name) => expect(isLauncherVariable(name)).toBe(true));

test('an ordinary variable, which may hold a secret, stands on no command line', () => {
  expect(isLauncherVariable('GITHUB_TOKEN')).toBe(false);
});

test('a status is a signal only where programs end by that', () => {
  expect(endingSignal(143)).toBe('SIGTERM');
  expect(endingSignal(137)).toBe('SIGKILL');
  for (const status of [0, 1, 127, 128, 162, 200, 255]) expect(endingSignal(status)).toBeUndefined();
});
