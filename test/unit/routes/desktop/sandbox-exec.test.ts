import { expect, test } from 'vitest';
import { buildProfile, type ProfileRequest } from '../../../../src/routes/desktop/sandbox/sandbox-exec.ts';

const request: ProfileRequest = {
  level: 'workspace-write',
  folders: ['/Users/ada/it"s \\here'],
  network: true,
  hidden: [{ path: '/Users/ada/.ssh', folder: true }],
  guarded: [{ path: '/Users/ada/.zshrc', folder: false }],
  artifactsDir: '/Users/ada/state/runs/1',
  alsoVisible: ['/opt/homebrew/bin/bash'],
};

test('everything is denied that is not listed, and what is hidden comes after what is shared', () => {
  const lines = buildProfile(request).split('\n');
  expect(lines.slice(0, 2)).toEqual(['(version 1)', '(deny default)']);
  const at = (start: string): number => lines.findIndex((line) => line.startsWith(start));
  expect(at('(deny file-read* file-write* process-exec network* (subpath "/Users/ada/.ssh"))')).toBeGreaterThan(
    at('(allow file-write* (subpath'),
  );
  expect(at('(deny file-write* (subpath "/Users/ada/.zshrc"))')).toBeGreaterThan(at('(allow file-write* (subpath'));
  expect(lines.at(-2)).toBe('(allow file-read* file-write* (subpath "/Users/ada/state/runs/1"))');
});

test('a path cannot end its string', () => {
  expect(buildProfile(request)).toContain('(subpath "/Users/ada/it\\"s \\\\here")');
});

test('read-only has no network and nothing to write', () => {
  const profile = buildProfile({ ...request, level: 'read-only' });
  expect(profile).not.toContain('(allow network');
  expect(profile).not.toContain('(allow file-write* (subpath "/Users');
  expect(profile).toContain('(allow file-read* (subpath "/Users/ada/state/runs/1"))');
});

test('without the network there is none', () => {
  expect(buildProfile({ ...request, network: false })).not.toContain('(allow network');
});

test('every parenthesis is closed', () => {
  const text = buildProfile(request).replace(/"(\\.|[^"\\])*"/g, '""');
  expect(text.match(/\(/g)?.length).toBe(text.match(/\)/g)?.length);
});
