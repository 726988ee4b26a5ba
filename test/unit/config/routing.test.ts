// Routing rules in config.toml: what they become, and where an error points.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.ts';

const parse = (...lines: string[]) => parseConfig(lines.join('\n'), 'config.toml').routing;
const RULE = ['[[routing]]', 'name = "deploy"', 'match = "deploy *"', 'run = "./deploy TO={1}"', 'device = "server"'];

describe('[[routing]]', () => {
  it('is none by default', () => {
    expect(parse('')).toEqual([]);
  });

  it('becomes rules, in their order', () => {
    expect(parse(...RULE, '[[routing]]', 'name = "work"', 'match = ["ticket *", "t *"]', 'connector = "work"')).toEqual(
      [
        { name: 'deploy', match: ['deploy *'], run: './deploy TO={1}', device: 'server' },
        { name: 'work', match: ['ticket *', 't *'], connector: 'work' },
      ],
    );
  });

  it.each([
    [['name = "x"', 'match = "a"'], 'config.toml:7: routing.1.name: it sets nothing'],
    [['name = "x"', 'match = "a {b"', 'device = "nas"'], 'config.toml:8: routing.1.match: "{" has no "}"'],
    [['name = "x"', 'match = "a *"', 'run = "echo \\"{1}\\""'], 'config.toml:9: routing.1.run: {1} stands in quotes'],
    [
      ['name = "x"', 'match = "a *"', 'route = "cloud-code"'],
      'config.toml:9: routing.1.route: expected "cloud-knowledge"',
    ],
    [
      ['name = "x"', 'match = "a *"', 'route = "inline"', 'device = "nas"'],
      'config.toml:10: routing.1.device: an expression',
    ],
    [
      ['name = "x"', 'match = "a *"', 'device = "a b"'],
      'config.toml:9: routing.1.device: expected the name of a device',
    ],
    [['name = "x"', 'match = []', 'device = "nas"'], 'config.toml:8: routing.1.match: expected at least one pattern'],
    [
      ['name = "x"', 'match = "a"', 'device = "nas"', 'regex = ".*"'],
      'config.toml:10: routing.1.regex: there is no such key',
    ],
  ])('says what is wrong, and where: %j', (lines, message) => {
    const text = [...RULE, '[[routing]]', ...lines];
    expect(() => parse(...text)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining(message) }),
    );
  });

  it('takes no more alternatives than can be compared at once', () => {
    const rule = (name: number, match: string) => [
      '[[routing]]',
      `name = "r${name}"`,
      `match = "${match}"`,
      'device = "nas"',
    ];
    const wide = '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} *';
    const rules = (many: number) => Array.from({ length: many }, (_, index) => rule(index, wide)).flat();
    expect(parse(...rules(15))).toHaveLength(15);
    expect(() => parse(...rules(16))).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringContaining('config.toml:63: routing.15.match: with this rule the patterns of all rules'),
      }),
    );
  });
});
