import { describe, expect, it } from 'vitest';
import { readCall, toolDefinitions } from '../../../../src/routes/cloud/assistant/tools.ts';

const call = (name: string, args: unknown): ReturnType<typeof readCall> =>
  readCall({ name, arguments: typeof args === 'string' ? args : JSON.stringify(args) });

describe('the tools of the assistant', () => {
  const tools = toolDefinitions();
  const schemaOf = (name: string): { properties: Record<string, unknown>; required: string[] } =>
    tools.find((tool) => tool.name === name)?.schema as never;

  it('are one for each kind of action but a question, with a schema of an object', () => {
    expect(tools.map(({ name }) => name)).toEqual([
      'run_shell',
      'work_on_files',
      'use_browser',
      'use_screen',
      'run_code',
      'evaluate',
    ]);
    for (const { schema, name } of tools) expect(schema, name).toMatchObject({ type: 'object' });
    expect(JSON.parse(JSON.stringify(tools))).toEqual(tools);
  });

  it('want a device where there is one to be named', () => {
    expect(schemaOf('run_shell').required).toEqual(['device', 'command', 'access']);
    expect(schemaOf('work_on_files').required).toContain('device');
    expect(schemaOf('run_code').required).toEqual(['language', 'source']);
    expect(schemaOf('evaluate').properties).not.toHaveProperty('device');
  });

  it('tell nothing of secrets, variables, terminals, nor of what kind the action is', () => {
    for (const { name, schema } of tools) {
      const { properties } = schema as { properties: Record<string, unknown> };
      for (const key of ['kind', 'secrets', 'env', 'tty']) expect(properties, name).not.toHaveProperty(key);
    }
    expect(schemaOf('run_shell').properties).not.toHaveProperty('stdin');
    expect(schemaOf('run_code').properties).toHaveProperty('stdin');
  });
});

describe('a call', () => {
  it.each([
    [
      'run_shell',
      { device: 'nas', command: 'df -h', access: 'read-only' },
      { device: 'nas', action: { kind: 'shell', command: 'df -h', access: 'read-only' } },
    ],
    [
      'work_on_files',
      { device: 'nas', operation: { op: 'list', path: '~' } },
      { device: 'nas', action: { kind: 'files', operation: { op: 'list', path: '~' } } },
    ],
    [
      'use_browser',
      { device: 'desk', steps: [{ tool: 'browser_navigate', params: { url: 'https://example.org' } }] },
      {
        device: 'desk',
        action: { kind: 'browser', steps: [{ tool: 'browser_navigate', params: { url: 'https://example.org' } }] },
      },
    ],
    [
      'use_screen',
      { device: 'desk', steps: [{ action: 'screenshot' }] },
      { device: 'desk', action: { kind: 'desktop', steps: [{ action: 'screenshot' }] } },
    ],
    [
      'run_code',
      { language: 'python', source: 'print(1)', stdin: 'x' },
      { device: 'local', action: { kind: 'code', language: 'python', source: 'print(1)', stdin: 'x' } },
    ],
    [
      'evaluate',
      { language: 'expression', source: 'runs()' },
      { device: 'local', action: { kind: 'inline', language: 'expression', source: 'runs()' } },
    ],
  ])('of %s is an action', (name, args, proposal) => {
    expect(call(name, args)).toEqual({ ok: true, proposal });
  });

  it.each([
    ['no such tool', 'format_disk', {}, /there is no tool "format_disk"/],
    ['no JSON', 'run_shell', '{"device": "nas"', /no JSON object/],
    ['a list', 'run_shell', '[]', /no JSON object/],
    ['null', 'run_shell', 'null', /no JSON object/],
    ['nothing', 'run_shell', '', /device is missing/],
    ['no device', 'run_shell', { command: 'ls', access: 'read-only' }, /device is missing/],
    ['a device that is none', 'run_shell', { device: 7, command: 'ls', access: 'read-only' }, /device is missing/],
    ['a device of 300 letters', 'run_shell', { device: 'x'.repeat(300), command: 'ls', access: 'read-only' }, /device/],
    ['another kind', 'run_shell', { device: 'a', kind: 'inline', command: 'ls', access: 'read-only' }, /"kind" cannot/],
    ['secrets', 'run_shell', { device: 'a', command: 'ls', access: 'read-only', secrets: ['KEY'] }, /"secrets" cannot/],
    ['variables', 'run_shell', { device: 'a', command: 'ls', access: 'read-only', env: { A: 'b' } }, /"env" cannot/],
    ['a terminal', 'run_shell', { device: 'a', command: 'ls', access: 'read-only', tty: {} }, /"tty" cannot/],
    ['an access that is none', 'run_shell', { device: 'a', command: 'ls', access: 'root' }, /access/],
    ['NUL in a command', 'run_shell', { device: 'a', command: 'ls\0rm', access: 'read-only' }, /command/],
    [
      'more than asked for',
      'run_shell',
      { device: 'a', command: 'ls', access: 'read-only', approve: true },
      /arguments/,
    ],
    [
      'a yes of its own',
      'run_shell',
      { device: 'a', command: 'x', access: 'full-access', decision: 'approve' },
      /argu/,
    ],
    ['a step that is none', 'use_browser', { device: 'a', steps: [{ tool: 'rm', params: {} }] }, /steps/],
    ['no steps', 'use_screen', { device: 'a', steps: [] }, /steps/],
    [
      'a prototype',
      'run_shell',
      '{"__proto__":{"x":1},"device":"a","command":"ls","access":"read-only"}',
      /argu|proto/,
    ],
    ['arguments of 2 MiB', 'evaluate', { language: 'script', source: 'x'.repeat(2 ** 21) }, /no JSON object/],
  ])('with %s is a complaint for the model', (_what, name, args, why) => {
    const read = call(name, args);
    expect(read.ok).toBe(false);
    expect(read.ok ? '' : read.why).toMatch(why);
  });
});
