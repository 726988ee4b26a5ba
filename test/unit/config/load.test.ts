import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.ts';
import { DispatchError } from '../../../src/core/errors.ts';

function errorOf(text: string): DispatchError {
  try {
    parseConfig(text, '/home/me/config.toml');
  } catch (error) {
    if (error instanceof DispatchError) return error;
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('config.toml', () => {
  it('has defaults for everything', () => {
    expect(parseConfig('', 'x')).toMatchObject({
      permissions: { shell: true, browser_automation: false },
      shell: { slots: 8 },
      approvals: { expire: 1_800_000 },
      output: { cap: 64 * 2 ** 20 },
    });
  });

  it('reads durations and sizes', () => {
    expect(parseConfig('[approvals]\nexpire = "2h"\n[output]\ncap = "1.5MiB"', 'x')).toMatchObject({
      approvals: { expire: 7_200_000 },
      output: { cap: 1_572_864 },
    });
  });

  it.each([
    ['[shell]\n\nslots = "many"', 'config.toml:3', 'shell.slots', 'whole number'],
    ['[shell]\nslots = 0', 'config.toml:2', 'shell.slots', 'at least 1'],
    ['[approvals]\nexpire = "soon"', 'config.toml:2', 'approvals.expire', '30m'],
    ['[output]\ncap = 64', 'config.toml:2', 'output.cap', 'string'],
    ['[ui]\nbackground = "pink"', 'config.toml:2', 'ui.background', 'dark'],
    ['[browser]\nheadless = "maybe"', 'config.toml:2', 'browser.headless', '"auto"'],
    ['[browser]\nallowed_origins = ["example.org"]', 'config.toml:2', 'browser.allowed_origins', 'https://example.org'],
    ['[browser]\nprogram = "chrome"', 'config.toml:2', 'browser.program', 'absolute path'],
    ['device.name = "a b"', 'config.toml:1', 'device.name', 'letters'],
  ])('names file, line, key and what was expected in %j', (text, where, key, expected) => {
    const { code, message } = errorOf(text);
    expect(code).toBe('config');
    expect(message).toContain(where);
    expect(message).toContain(key);
    expect(message).toContain(expected);
  });

  it('guesses what a wrong key was meant to be', () => {
    const error = errorOf('[aprovals]\nexpire = "1m"');
    expect(error.message).toContain('config.toml:1: aprovals: there is no such key');
    expect(error.hint).toContain('approvals');
    expect(errorOf('[shell]\nslot = 3').hint).toContain('slots');
  });

  it('points at the line of bad TOML', () => {
    const { message } = errorOf('[shell]\nslots = = 3\n');
    expect(message).toContain('config.toml:2:');
    expect(message).toContain('not valid TOML');
  });
});
