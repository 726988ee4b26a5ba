// Programs in each language, by each of the ways that there are: what goes in, what comes out, and how they end.
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, type CloudStatus, startCloud } from '../../helpers/cloud.ts';

let cloud: Cloud;
let status: CloudStatus;
beforeAll(async () => {
  cloud = await startCloud();
  status = await cloud.status();
});
afterAll(() => cloud.close());

const isThere = (language: string): boolean => status.languages.some(({ name }) => name === language);
const BINARY = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** A program that prints a greeting to each output and its input, reads in.bin, writes out/copy.bin and ö.txt, and ends with 3. */
const PROGRAMS: Readonly<Record<string, string>> = {
  javascript: `console.log('hällo 😀'); console.error('böse'); print(stdin);
    const bytes = readFile('in.bin', 'bytes'); writeFile('out/copy.bin', bytes); writeFile('ö.txt', 'ü€'); exit(3);`,
  typescript: `const said: string = 'hällo 😀'; console.log(said); console.error('böse'); print(stdin as string);
    const bytes: Uint8Array = readFile('in.bin', 'bytes'); writeFile('out/copy.bin', bytes); writeFile('ö.txt', 'ü€'); exit(3);`,
  python: `import os, sys
print('hällo 😀'); print('böse', file=sys.stderr); print(sys.stdin.read())
os.makedirs('out', exist_ok=True)
open('out/copy.bin', 'wb').write(open('in.bin', 'rb').read()); open('ö.txt', 'w').write('ü€'); sys.exit(3)`,
  bash: `echo 'hällo 😀'; echo böse >&2; cat; echo; mkdir -p out; cp in.bin out/copy.bin; printf 'ü€' > ö.txt; exit 3`,
  node: `const fs = require('fs'); console.log('hällo 😀'); console.error('böse'); console.log(fs.readFileSync(0, 'utf8'));
    fs.mkdirSync('out'); fs.copyFileSync('in.bin', 'out/copy.bin'); fs.writeFileSync('ö.txt', 'ü€'); process.exit(3);`,
  perl: `print "hällo 😀\\n"; print STDERR "böse\\n"; print <STDIN>, "\\n"; mkdir 'out';
    open my $in, '<:raw', 'in.bin'; open my $out, '>:raw', 'out/copy.bin'; local $/; print {$out} <$in>; close $out;
    open my $text, '>', 'ö.txt'; print $text 'ü€'; close $text; exit 3;`,
  ruby: `puts 'hällo 😀'; warn 'böse'; puts STDIN.read; Dir.mkdir('out');
    File.binwrite('out/copy.bin', File.binread('in.bin')); File.write('ö.txt', 'ü€'); exit 3`,
  php: `<?php echo "hällo 😀\\n"; fwrite(STDERR, "böse\\n"); echo stream_get_contents(STDIN), "\\n"; mkdir('out');
    copy('in.bin', 'out/copy.bin'); file_put_contents('ö.txt', 'ü€'); exit(3);`,
  lua: `print('hällo 😀'); io.stderr:write('böse\\n'); print(io.read('a')); os.execute('mkdir out');
    local i = io.open('in.bin', 'rb'); local o = io.open('out/copy.bin', 'wb'); o:write(i:read('a')); o:close();
    local t = io.open('ö.txt', 'w'); t:write('ü€'); t:close(); os.exit(3)`,
};
const WAYS = [...Object.keys(PROGRAMS), 'sh', 'python-wasm', 'bash-wasm'];
const programFor = (way: string): string => PROGRAMS[way.replace('-wasm', '').replace(/^sh$/, 'bash')] ?? '';

describe.each(WAYS)('%s', (language) => {
  test('takes input and files, gives output and files, and ends as it says', async ({ skip }) => {
    skip(!isThere(language), `there is no ${language} on this machine`);
    const files = [{ name: 'in.bin', base64: BINARY.toString('base64') }];
    const ran = await cloud.run(language, programFor(language), { stdin: 'ein Wört', files });
    const { runtime } = status.languages.find(({ name }) => name === language) ?? {};
    expect(ran.end).toEqual({ exitCode: 3, runtime });
    expect(ran.stdout.trim()).toBe('hällo 😀\nein Wört');
    expect(ran.stderr.trim()).toBe('böse');
    expect(ran.files).toEqual({ 'out/copy.bin': BINARY, 'ö.txt': Buffer.from('ü€') });
  });

  test('says what is wrong with what is no program', async ({ skip }) => {
    skip(!isThere(language), `there is no ${language} on this machine`);
    const ran = await cloud.run(language, language.includes('sh') ? 'if then ((( fi' : '<?php this is ( no program');
    expect(ran.end.exitCode).not.toBe(0);
    expect(ran.stderr).not.toBe('');
    expect(ran.files).toEqual({});
  });
});

describe('JavaScript', () => {
  test.each([
    ['print({ a: [1, "x"], b: new Map([[1, null]]) })', '{ a: [1, "x"], b: Map(1) { 1 => null } }\n'],
    ['Promise.resolve(1).then(print); print(0)', '0\n1\n'],
    ['print(JSON.stringify(listFiles()))', '["a.txt"]\n'],
    ['print(readFile("a.txt"), [..."a\\0b"].length)', 'hi 3\n'],
    [
      'print(typeof process, typeof require, typeof fetch, typeof globalThis.Deno)',
      'undefined undefined undefined undefined\n',
    ],
    [
      'print(new Uint8Array([1, 2]), /x/g, new Date(0), -0, 1n, Symbol("s"))',
      'Uint8Array(2) [1, 2] /x/g 1970-01-01T00:00:00.000Z -0 1n Symbol(s)\n',
    ],
  ])('%s', async (source, stdout) => {
    const ran = await cloud.run('js', source, { files: [{ name: 'a.txt', base64: 'aGk=' }] });
    expect([ran.stdout, ran.stderr, ran.end.exitCode]).toEqual([stdout, '', 0]);
  });

  test('what is thrown is told, and the status is 1', async () => {
    const ran = await cloud.run('js', 'print(1);\nthrow new TypeError("böse")');
    expect(ran).toMatchObject({ stdout: '1\n', end: { exitCode: 1 } });
    expect(ran.stderr).toContain('Uncaught TypeError: böse');
    expect(ran.stderr).toContain('main.js:2');
    expect((await cloud.run('js', 'Promise.reject(new Error("late"))')).end.exitCode).toBe(1);
  });

  test('nothing is left for the next program', async () => {
    await cloud.run('js', 'globalThis.left = 1; Array.prototype.map = null; writeFile("x", "1")');
    const ran = await cloud.run('js', 'print(typeof left, typeof [].map, listFiles().length)');
    expect(ran.stdout).toBe('undefined function 0\n');
  });

  test.each(['../x', '/etc/x', 'a/../b', ''])('there is no file "%s"', async (name) => {
    const ran = await cloud.run('js', `writeFile(${JSON.stringify(name)}, 'x')`);
    expect(ran.end.exitCode).toBe(1);
    expect(ran.files).toEqual({});
  });
});

test('a file that came along and was not touched is no result, one that was is', async () => {
  const files = ['a.txt', 'b.txt'].map((name) => ({ name, base64: 'aGk=' }));
  for (const language of ['bash', 'bash-wasm']) {
    const ran = await cloud.run(language, 'echo more >> b.txt', { files });
    expect(ran.files).toEqual({ 'b.txt': Buffer.from('himore\n') });
  }
  const ran = await cloud.run('js', 'writeFile("b.txt", readFile("b.txt") + "!")', { files });
  expect(ran.files).toEqual({ 'b.txt': Buffer.from('hi!') });
});

test('a file may have the name of the source, and programs find what came along', async () => {
  const helper = Buffer.from('def greet(): return "from the helper"').toString('base64');
  for (const language of ['python', 'python-wasm']) {
    const files = [
      { name: 'helper.py', base64: helper },
      { name: 'main.py', base64: helper },
    ];
    const ran = await cloud.run(language, 'import helper; print(helper.greet())', { files });
    expect(ran).toMatchObject({ stdout: 'from the helper\n', files: {} });
  }
});

test('a file may lie in a folder of the name of the source', async () => {
  const files = [{ name: 'main.py/x', base64: 'aGk=' }];
  for (const language of ['python', 'python-wasm']) {
    const ran = await cloud.run(language, 'print(open("main.py/x").read())', { files });
    expect(ran).toMatchObject({ stdout: 'hi\n', end: { exitCode: 0 } });
  }
});

test('files too large to be sent stay out, which is told', async () => {
  const ran = await cloud.run('python', 'for n, s in (("a", 30), ("b", 1)): open(n, "wb").write(b"x" * s * 2 ** 20)');
  expect(Object.keys(ran.files)).toEqual(['b']);
  expect(ran.end).toMatchObject({ exitCode: 0, message: 'a stayed out: 16 MiB a file, 48 MiB in all' });
  const many = await cloud.run('python', 'for n in "abcdef": open(n, "wb").write(b"x" * 10 * 2 ** 20)');
  expect(Object.keys(many.files)).toEqual(['a', 'b', 'c', 'd']);
  expect(many.end.message).toContain('e, f stayed out');
});

test('what could not be run says so, and leaves nothing', async () => {
  const work = join(cloud.stateDir, 'work');
  renameSync(work, `${work}-aside`);
  writeFileSync(work, 'in the way');
  try {
    const { end } = await cloud.run('js', 'print(1)');
    expect(end.exitCode).toBe(0);
    const ran = await cloud.run('bash', 'echo never');
    expect(ran.end).toMatchObject({ exitCode: 126, message: expect.stringContaining('could not be run') });
  } finally {
    rmSync(work);
    renameSync(`${work}-aside`, work);
  }
});

test.each(['python', 'python-wasm'])('%s: what went wrong is told with its place', async (language) => {
  const thrown = await cloud.run(language, 'print(1)\n\nraise ValueError("böse")');
  expect(thrown.stderr).toMatch(/main\.py", line 3, in <module>/);
  expect(thrown.stderr).toContain('ValueError: böse');
  expect(thrown.stderr).not.toContain('exec(');
  const invalid = await cloud.run(language, 'print(1)\nprint(');
  expect(invalid.stderr).toMatch(/main\.py", line 2/);
  expect(invalid.end.exitCode).toBe(1);
});

test('output comes while the program runs', async () => {
  const sources = {
    js: 'print("first"); const until = Date.now() + 60000; while (Date.now() < until);',
    bash: 'echo first; sleep 60',
  };
  for (const [language, source] of Object.entries(sources)) {
    const abort = new AbortController();
    const response = await cloud.request('/v1/code', {
      body: { language, source, timeoutMs: 60_000 },
      signal: abort.signal,
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value as Uint8Array).toString('utf8')).toContain(
      Buffer.from('first').toString('base64').slice(0, 6),
    );
    abort.abort();
  }
});

test('nothing of a run is left on the disk', async () => {
  await cloud.run('bash', 'mkdir -p closed/inner; touch closed/inner/x; chmod 0 closed/inner closed');
  await cloud.run('python', 'open("x", "w").write("x")');
  await expect
    .poll(() => readdirSync(join(cloud.stateDir, 'work')).filter((name) => !name.endsWith('-filter')))
    .toEqual([]);
});

test('many at once, in turn', async () => {
  const ran = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      cloud.run(['js', 'bash', 'bash-wasm'][at % 3] ?? '', at % 3 === 0 ? `print(${at})` : `echo ${at}`),
    ),
  );
  expect(ran.map(({ stdout }) => Number(stdout))).toEqual(ran.map((_, at) => at));
});
