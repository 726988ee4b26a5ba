import { describe, expect, it, vi } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { MASK, maskSecrets } from '../../../src/core/secrets.ts';
import { maskReasons, maskTask } from '../../../src/engine/masking.ts';
import { maskForOthers, observedFrom } from '../../../src/engine/observed-output.ts';
import { maskOutput } from '../../../src/engine/output-masking.ts';
import type { OutputChunk } from '../../../src/protocol/api.ts';

const finder = { mask: async (text: string) => maskSecrets(text) };

async function shown(command: string, env: Readonly<Record<string, string>>, rest: Partial<ShellAction> = {}) {
  return maskTask(finder, `!${command}`, { kind: 'shell', command, access: 'read-only', env, ...rest });
}

describe('masking a task', () => {
  it('leaves alone what holds no secret, names of secrets included', async () => {
    const action: ShellAction = { kind: 'shell', command: 'npm ci', access: 'read-only', secrets: ['NPM_TOKEN'] };
    expect(await maskTask(finder, '!npm ci', action)).toEqual({ task: '!npm ci', action, masked: false });
  });

  it('masks all values of variables, also where they appear again', async () => {
    const { task, action, masked } = await shown('login --as hunter2 x', { PLACE: 'hunter2', N: '1' });
    expect(task).toBe(`!login --as ${MASK} x`);
    expect(action).toMatchObject({ command: `login --as ${MASK} x`, env: { PLACE: MASK, N: MASK } });
    expect(masked).toBe(true);
  });

  it.each([
    ['abc x', { A: 'abc' }],
    ['npm run test', { NODE_ENV: 'test' }],
  ])('leaves %j as it is, though a variable says the same', async (command, env) => {
    expect((await shown(command, env)).action).toMatchObject({ command });
  });

  it.each([
    ['rm -rf ~', 'rm -rf ~'],
    ['true; rm -rf ~', '; rm -rf ~'],
    ['echo "$(rm -rf ~)"', '$(rm -rf ~)'],
    ['echo "`rm -rf ~`"', '`rm -rf ~`'],
    [`echo 'a'; rm -rf ~; echo 'b'`, `'; rm -rf ~; echo '`],
    ['echo \\"; rm -rf ~; echo \\"', '; rm -rf ~; echo '],
  ])('does not hide the command in %j behind a variable of its sender', async (command, value) => {
    expect((await shown(command, { HIDDEN: value })).action).toMatchObject({ command });
  });

  it.each([
    [`login 'correct horse battery'`, `login '${MASK}'`],
    ['login "correct horse battery"', `login "${MASK}"`],
  ])('hides a value of several words between quotes: %j', async (command, masked) => {
    expect((await shown(command, { PHRASE: 'correct horse battery' })).action).toMatchObject({ command: masked });
  });

  it('masks inline code', async () => {
    const action = { kind: 'inline', language: 'script', source: 'password = "abcd"' } as const;
    expect((await maskTask(finder, 'x', action)).action).toEqual({ ...action, source: `password = "${MASK}"` });
  });
});

describe('reasons', () => {
  it('quote a command only if nothing in it is masked', () => {
    const reasons = ['no rule allows `login `whoami` Zq8vR4…`, so a person decides', 'it sets variables'];
    expect(maskReasons(reasons, true)).toEqual([
      'no rule allows this command, so a person decides',
      'it sets variables',
    ]);
    expect(maskReasons(reasons, false)).toEqual(reasons);
  });
});

function sink() {
  const written: string[] = [];
  const listeners: (() => void)[] = [];
  return {
    written,
    listeners,
    pressure: true,
    write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()),
    onDrain: (listener: () => void) => void listeners.push(listener),
  };
}

describe('masking the output of a run', () => {
  it('holds back the beginning of a secret for a moment only, and sets a timer for nothing else', () => {
    vi.useFakeTimers();
    try {
      const output = sink();
      const masked = maskOutput(output, ['hunter22']);
      masked.write(Buffer.from('what is it? '));
      expect(vi.getTimerCount()).toBe(0);
      masked.write(Buffer.from('hun'));
      expect(output.written).toEqual(['what is it? ']);
      vi.advanceTimersByTime(20);
      expect(output.written).toEqual(['what is it? ', 'hun']);
      masked.write(Buffer.from('ter22!'));
      expect(output.written).toEqual(['what is it? ', 'hun', '*****!']);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets go at once what turns out to be none', () => {
    const output = sink();
    const masked = maskOutput(output, ['hunter22']);
    masked.write(Buffer.from('hunt'));
    masked.write(Buffer.from('ing'));
    expect(output.written.join('')).toBe('hunting');
  });

  it('masks most of a secret that lacks its end', () => {
    const output = sink();
    const masked = maskOutput(output, ['0123456789']);
    masked.write(Buffer.from('x012345678'));
    masked.flush();
    expect(output.written.join('')).toBe('x*********');
  });

  it('does not change the bytes that it is given', () => {
    const bytes = Buffer.from('it is hunter22');
    const masked = maskOutput(sink(), ['hunter22']);
    masked.write(bytes);
    expect(bytes.toString()).toBe('it is hunter22');
  });

  it.each([[['hunter22']], [[]], [['abc']]])('passes pressure on, with the values %j', (values) => {
    const output = sink();
    const masked = maskOutput(output, values);
    const listener = (): void => {};
    masked.onDrain(listener);
    expect(masked.pressure).toBe(true);
    expect(output.listeners).toEqual([listener]);
    masked.write(Buffer.from('abc'));
    masked.flush();
    expect(output.written).toEqual(['abc']);
  });
});

const SECRET = `PASSWORD=${'Zq8vR4nT2mKp9xW1'}`;

function chunk(offset: number, text: string): OutputChunk {
  return { offset, bytes: Buffer.from(text) };
}

async function* from(chunks: readonly OutputChunk[]): AsyncIterable<OutputChunk> {
  yield* chunks;
}

async function all(chunks: AsyncIterable<OutputChunk>): Promise<[number, string][]> {
  const seen: [number, string][] = [];
  for await (const { offset, bytes } of chunks) seen.push([offset, Buffer.from(bytes).toString()]);
  return seen;
}

describe('output for others', () => {
  it('is masked across chunks, and begins where it was asked to', async () => {
    const chunks = [chunk(0, `a\n${SECRET.slice(0, 12)}`), chunk(14, `${SECRET.slice(12)} b\nc`)];
    expect(await all(maskForOthers(from(chunks)))).toEqual([
      [0, 'a\n'],
      [2, `PASSWORD=${'*'.repeat(16)} b\n`],
      [30, 'c'],
    ]);
    const later = await all(maskForOthers(from(chunks), 20));
    expect(later.map(([, text]) => text).join('')).toBe(`${'*'.repeat(7)} b\nc`);
    expect(later[0]?.[0]).toBe(20);
  });

  it('hides a value that is longer than what is looked at, to its end', async () => {
    const value = 'Zq8v'.repeat(50_000);
    const seen = (await all(maskForOthers(from([chunk(0, `PASSWORD=${value} b\n`)])))).map(([, text]) => text).join('');
    expect(seen).toBe(`PASSWORD=${'*'.repeat(value.length)} b\n`);
  });

  it('does not rely on the bytes after it has been given more', async () => {
    const bytes = Buffer.from('a tok');
    async function* reusing(): AsyncIterable<OutputChunk> {
      yield { offset: 0, bytes };
      bytes.fill('x');
      yield chunk(5, 'en=Zq8v b\n');
    }
    expect((await all(maskForOthers(reusing()))).map(([, text]) => text).join('')).toBe('a token=**** b\n');
  });

  it('hides what may be the rest of a secret after a gap', async () => {
    const chunks = [chunk(0, 'a token=Zq8v'), chunk(1000, 'xW1 b\n'), chunk(1006, 'c\n')];
    expect(await all(maskForOthers(from(chunks)))).toEqual([
      [0, 'a token=****'],
      [1000, '*** b\n'],
      [1006, 'c\n'],
    ]);
  });

  it('hides a private key line by line, also from the middle of one', async () => {
    const body = Array.from({ length: 20 }, () => 'MIIEpAIBAAKCAQEA75'.repeat(3));
    const text = [
      ['-----BEGIN PRIVATE', 'KEY-----'].join(' '),
      ...body,
      'c2VjcmV0',
      '-----END PRIVATE KEY-----',
      'end',
    ];
    const key = `${text.join('\r\n')}\r\n`;
    for (const start of [0, 3, 40, 130]) {
      const chunks = [...key.slice(start)].map((unit, index) => chunk(start + index, unit));
      const seen = (await all(maskForOthers(from(chunks)))).map(([, part]) => part).join('');
      expect(seen).toHaveLength(key.length - start);
      expect(seen).not.toContain('MIIE');
      if (start < 30) expect(seen).not.toContain('c2Vj');
      expect(seen.endsWith('end\r\n')).toBe(true);
    }
  });

  it('shows a prompt though its line does not end, and no beginning of a token', async () => {
    let more: (() => void) | undefined;
    async function* waiting(): AsyncIterable<OutputChunk> {
      yield chunk(0, 'continue? ');
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      yield chunk(10, `${'gh'}p_abcd`);
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      yield chunk(18, 'efgh ok');
    }
    const reader = maskForOthers(waiting())[Symbol.asyncIterator]();
    const next = async (): Promise<string> => Buffer.from((await reader.next()).value?.bytes ?? []).toString();
    expect(await next()).toBe('continue? ');
    more?.();
    expect(await next()).toBe(`${'gh'}p_****`);
    more?.();
    expect(await next()).toBe('efgh ok');
  });

  it('ends when its reader does, though nothing comes any more', async () => {
    let closed = false;
    const silent: AsyncIterable<OutputChunk> = {
      [Symbol.asyncIterator]: () => {
        let first = true;
        return {
          next: () => {
            if (!first) return new Promise(() => {});
            first = false;
            return Promise.resolve({ done: false, value: chunk(0, 'prompt> ') });
          },
          return: async () => {
            closed = true;
            return { done: true, value: undefined };
          },
        };
      },
    };
    for await (const { offset } of maskForOthers(silent)) {
      expect(offset).toBe(0);
      break;
    }
    expect(closed).toBe(true);
  });

  it('fails as what it reads fails', async () => {
    async function* broken(): AsyncIterable<OutputChunk> {
      yield chunk(0, 'a\n');
      throw new Error('cut off');
    }
    await expect(all(maskForOthers(broken()))).rejects.toThrow('cut off');
  });

  it('has to be read from before its offset', () => {
    expect(observedFrom(10)).toBe(0);
    expect(observedFrom(1_000_000)).toBeLessThan(1_000_000 - 60_000);
  });
});

describe('a mask over several lines', () => {
  const begin = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ');
  const end = ['-----END RSA', 'PRIVATE KEY-----'].join(' ');
  const body = 'Ab1'.repeat(20);
  const masked = (command: string) =>
    maskTask(finder, '', { kind: 'shell', command, access: 'workspace-write' }).then(({ action }) =>
      action.kind === 'shell' ? action.command : '',
    );

  it.each([
    `npm test # ${begin}\ntouch pwned-by-mask\n${end}`,
    `npm test # ${begin}\nreboot\n${end}`,
    `npm test # it's ${begin}\nreboot\n${end} '`,
    `make x # ${begin}\nrm -rf ~\n${end}`,
    `echo ${begin}\n${body}\nreboot\n${end}`,
    `cat <<E\n'${begin}\nE\nreboot\n${end}'`,
    `echo $'\\'${begin}\nreboot\n${end}'`,
  ])('hides no command: %j', async (command) => {
    const shown = await masked(command).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'invalid' });
      return undefined;
    });
    if (shown === undefined) return;
    for (const line of ['touch pwned-by-mask', 'reboot', 'rm -rf ~'])
      if (command.includes(line)) expect(shown).toContain(line);
  });

  it('hides a key in quotes, and refuses one in the open', async () => {
    expect(await masked(`echo '${begin}\n${body}\n${end}' > key; ls`)).toBe("echo '••••••' > key; ls");
    await expect(masked(`cat > key <<E\n${begin}\n${body}\n${end}\nE`)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('leaves the name of a variable to see where its value would be hidden', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is shell
    for (const command of ['curl -H token=$HF_TOKEN x', 'curl --password "${PASS}" x', 'PASSWORD=$(cat x) y'])
      expect(await masked(command)).toBe(command);
  });
});
