// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
import { describe, expect, it } from 'vitest';
import type { SimpleCommand, Word } from '../../../../src/core/policy/reading.ts';
import { readShell } from '../../../../src/routes/desktop/shell-reading/read-shell.ts';

const textOf = (word: Word): string => (word.known ? word.text : `<${word.source}>`);
const shown = (commands: readonly SimpleCommand[]): string[] =>
  commands.map(({ words }) => words.map(textOf).join(' '));

describe('the commands of a text', () => {
  it.each([
    ['ls -l', ['ls -l']],
    ['a | b && c || d; e\nf', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['while a; do b; done; until c; do d; done', ['a', 'b', 'c', 'd']],
    ['for x in 1 2; do a "$x"; done', ['a <"$x">']],
    ['case x in y) a;; *) b;; esac', ['a', 'b']],
    ['(a; { b; })', ['a', 'b']],
    ['a $(b `c`) "$(d)"', ['a <$(b `c`)> <"$(d)">', 'b <`c`>', 'c', 'd']],
    ['a <<E\n$(b)\nE', ['a', 'b']],
    ["a <<'E'\n$(b)\nE", ['a']],
    ['x=$(a) y=1', ['a']],
    ['a > $(b)', ['a', 'b']],
    ['a ${x:-$(b)}', ['a <${x:-$(b)}>', 'b']],
    ['a $((1 + $(b)))', ['a <$((1 + $(b)))>', 'b']],
    ['f() { a; }', ['a']],
    ['coproc a', ['a']],
    ['[[ $(a) ]]', ['a']],
    ['a <(b)', ['a <<(b)>', 'b']],
    ['! a', ['a']],
    ['# a', []],
  ])('of %j', (text, commands) => expect(shown(readShell(text).commands)).toEqual(commands));
});

describe('words', () => {
  it.each([
    ["a 'b c'", 'a b c'],
    ['a "b c"', 'a b c'],
    ['a b\\ c', 'a b c'],
    ['a b\\\nc', 'a bc'],
    ['a "b\\"c\\d"', 'a b"c\\d'],
    ["a 'b'\\''c'", "a b'c"],
    ['a b\'\'c""d', 'a bcd'],
    ['a {} @{0}', 'a {} @{0}'],
    ['a --x=y', 'a --x=y'],
    ['a x=y', 'a x=y'],
    ['a caf\u00e9', 'a caf\u00e9'],
    ['a "it is 5!"', 'a it is 5!'],
  ])('of %j are known', (text, words) => {
    const { commands, obstacles } = readShell(text);
    expect(commands[0]?.words.every(({ known }) => known)).toBe(true);
    expect(shown(commands)).toEqual([words]);
    expect(obstacles).toEqual([]);
  });

  it.each([
    ['*', false],
    ['-*', false],
    ['src/*.ts', true],
    ['a?', true],
    ['[ab]', false],
    ['~/x', true],
    ['~', true],
    ['{a,b}', false],
    ['x{a,b}', true],
    ['-{a,b}', false],
    ['$x', false],
    ['a$x', false],
    ['"$x"', false],
    ['`b`', false],
    ['a$(b)', false],
    ['a=~/b', true],
  ])('%s is not known, and whether it is surely no option: %s', (source, operand) => {
    expect(readShell(`ls ${source}`).commands[0]?.words[1]).toEqual({ known: false, source, operand });
  });
});

describe('files', () => {
  it.each([
    ['a > b', ['b'], []],
    ['a >> b 2> c', ['b', 'c'], []],
    ['a >| b <> c', ['b', 'c'], []],
    ['a < b', [], ['b']],
    ['a 2>&1 >&2 <&- 3>&-', [], []],
    ['{ a; } > b', ['b'], []],
    ['(a) > b', ['b'], []],
    ['> b', ['b'], []],
    ['a &> b', ['b'], []],
    ['a >& b', ['b'], []],
    ['a > "b c"', ['b c'], []],
    ['a > $x', ['<$x>'], []],
    ['if a; then b; fi > c', ['c'], []],
  ])('of %j', (text, writes, reads) => {
    const reading = readShell(text);
    expect(reading.writes.map(({ word }) => textOf(word))).toEqual(writes);
    expect(reading.reads.map(({ word }) => textOf(word))).toEqual(reads);
  });
});

describe('obstacles', () => {
  it.each([
    ['a &', 'background'],
    ['f() { a; }', 'function'],
    ['$x a', 'name of a command'],
    ['sudo a', 'somebody else'],
    ['PATH=/x a', 'PATH'],
    ['a "', 'cannot be read'],
    ['a (', 'is not clear'],
    ['a $((x))', 'calculation'],
    ["a $'b'", 'bash alone'],
    ['a <<< b', 'bash alone'],
    ['a\u00a0b', 'nobody can see'],
    ['a !b', 'history'],
    ['sh -c a', 'not in a file'],
    ['sh', 'not in a file'],
    ['python3 -m timeit x', 'not in a file'],
    ['find . -exec a ;', 'another command'],
    ['a > /dev/tcp/x/1', 'connection'],
  ])('of %j', (text, what) => expect(readShell(text).obstacles.join('\n')).toContain(what));

  it.each([
    'sh script.sh',
    'bash -eu script.sh x',
    'python3 a.py -c x',
    'python3 -m pytest',
    'node a.js -e x',
    'node --test',
    'make all',
    'npm run build',
    'docker ps',
    'docker images',
    'docker logs -f x',
    'make -v',
    'make --version',
    'npm publish --access public',
    'env',
    'env | sort',
    'kubectl get pods',
    'kubectl -n exec get pods -o wide',
    'kubectl --context=a logs -f --tail=5 x -c y',
    'kubectl describe pod/x -n y',
    'kubectl',
  ])('there are none in %j: a rule may allow it', (text) => expect(readShell(text).obstacles).toEqual([]));

  it.each([
    'make -f x',
    'make --eval=x',
    'npm publish --prefix=/x',
    'npm --access test exec x',
    'env x',
    'env -i',
    'env $x',
    'kubectl exec x -- y',
    'kubectl -n get exec x',
    'kubectl -nget exec x',
    'kubectl debug x',
    'kubectl cp a b',
    'kubectl plugin list',
    'kubectl ns',
    'kubectl --kubeconfig=x get pods',
    'kubectl get pods --kubeconfig x',
    'kubectl get -k x',
    'kubectl get --cache-dir=x',
    'kubectl cluster-info dump --output-directory=x',
    'kubectl get $x',
    'kubectl $x',
    'kubectl "" exec',
    'docker run x',
    'docker -H x ps',
    'docker exec x y',
  ])('there is one in %j, and it claims no more than is known', (text) => {
    const [obstacle] = readShell(text).obstacles;
    expect(obstacle).toMatch(/^it is not known whether "\w+" would run|^"env" runs|where a word that is only known/);
  });

  it('says so of whatever is too much, and at once', () => {
    for (const text of [
      'a'.repeat(70_000),
      'a;'.repeat(5000),
      '$('.repeat(30_000),
      '('.repeat(60_000),
      '{ '.repeat(30_000),
      '"$('.repeat(20_000),
      '`'.repeat(60_000),
      '<<E '.repeat(10_000),
      '${x:-'.repeat(10_000),
    ]) {
      expect(readShell(text).obstacles).not.toEqual([]);
    }
  });
});

it('knows when a text goes to another folder', () => {
  expect(readShell('cd x && ls').moves).toBe(true);
  expect(readShell('(pushd x; ls)').moves).toBe(true);
  expect(readShell('ls cd').moves).toBe(false);
});

it('looks into what starts other commands', () => {
  const inner = (text: string): string => JSON.stringify(readShell(text).inner.map(({ words }) => words.map(textOf)));
  expect(inner("sh -c 'r\\m x'")).toContain('["rm","x"]');
  expect(inner('env -S "rm x"')).toContain('["rm","x"]');
  expect(inner('sh -c "bash -c \'rm x\'"')).toContain('"rm","x"');
  expect(inner('python3 -c "os.system(\'rm x\')"')).toContain('"rm","x"');
  expect(inner('echo rm')).toBe('[]');
});
