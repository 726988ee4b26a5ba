// What this account may not read or change: one sentence that says so, the rest is done, and nothing is left half done.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileOperation } from '../../../src/core/files.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'fixtures', 'files', 'without-rights.ts');
/** Root without what lets it pass by permissions (capabilities(7)). */
const AS_ROOT = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'];

let home: string;
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-no-permission-')));
  for (const folder of ['locked', 'fixed', 'tree/locked', 'open']) mkdirSync(join(home, folder), { recursive: true });
  for (const file of ['locked/a', 'fixed/a', 'tree/a', 'tree/locked/a', 'open/a', 'secret'])
    writeFileSync(join(home, file), 'wanted');
  chmodSync(join(home, 'secret'), 0);
  chmodSync(join(home, 'locked'), 0);
  chmodSync(join(home, 'tree/locked'), 0);
  chmodSync(join(home, 'fixed'), 0o555);
});
afterAll(() => {
  for (const folder of ['locked', 'tree/locked', 'fixed']) chmodSync(join(home, folder), 0o755);
  rmSync(home, { recursive: true });
});

interface Came {
  readonly outcome: { readonly kind: string; readonly exitCode?: number; readonly message?: string };
  readonly printed: string;
}

/** One after the other, each whatever came of those before it. */
function carryOut(operations: readonly FileOperation[], path = process.env.PATH ?? ''): readonly Came[] {
  const words = [process.execPath, PROGRAM, home, path, JSON.stringify(operations)];
  const [program, ...args] = (process.getuid?.() === 0 ? [...AS_ROOT, ...words] : words) as [string, ...string[]];
  const lines = execFileSync(program, args, { encoding: 'utf8' }).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Came);
}

describe('what may not be read', () => {
  it('is neither read, listed, copied, deleted nor written over', () => {
    const cases: readonly (readonly [string, FileOperation])[] = [
      ['secret', { op: 'read', path: 'secret' }],
      ['locked/a', { op: 'read', path: 'locked/a' }],
      ['locked', { op: 'list', path: 'locked' }],
      ['tree/locked', { op: 'copy', from: 'tree', to: 'copied' }],
      ['tree/locked', { op: 'delete', path: 'tree', recursive: true }],
      ['secret', { op: 'write', path: 'secret', content: 'x' }],
    ];
    const came = carryOut(cases.map(([, operation]) => operation));
    expect(came.map(({ outcome }) => outcome.message)).toEqual(
      cases.map(([named]) => `${home}/${named}: this account may not: correct the path, or what is there`),
    );
    expect(readdirSync(home).sort()).toEqual(['fixed', 'locked', 'open', 'secret', 'tree']);
    expect(readdirSync(join(home, 'tree')).sort()).toEqual(['a', 'locked']);
  });

  it.each([
    ['with ripgrep', undefined],
    ['without it', '/nonexistent'],
  ])('is passed over by a search %s, which finds the rest, or nothing', (_, path) => {
    const search = (content: string): FileOperation => ({ op: 'search', path: '~', content });
    const [found, nothing] = carryOut([search('wanted'), search('not there')], path);
    expect(found?.printed.split('\n').sort()).toEqual([
      '',
      ...['fixed/a', 'open/a', 'tree/a'].map((name) => `${home}/${name}:1:wanted`),
    ]);
    expect(nothing).toEqual({ outcome: { kind: 'exit', exitCode: 0 }, printed: '' });
  });

  it('is listed in its folder', () => {
    expect(carryOut([{ op: 'list', path: '~' }])[0]?.printed).toMatch(/^d--------- .* locked\/$/m);
  });
});

describe('what may not be changed', () => {
  it('is as it was, and so is what would have come or gone', () => {
    const came = carryOut([
      { op: 'write', path: 'fixed/b', content: 'x' },
      { op: 'write', path: 'fixed/a', content: 'x' },
      { op: 'make-folder', path: 'fixed/b' },
      { op: 'delete', path: 'fixed/a' },
      { op: 'move', from: 'fixed/a', to: 'open/b' },
      { op: 'move', from: 'open/a', to: 'fixed/b' },
      { op: 'copy', from: 'open/a', to: 'fixed/b' },
    ]);
    for (const { outcome } of came)
      expect(outcome.message).toMatch(/: this account may not: correct the path, or what is there$/);
    expect(readdirSync(join(home, 'fixed'))).toEqual(['a']);
    expect(readdirSync(join(home, 'open'))).toEqual(['a']);
  });
});

describe('what belongs to another account', () => {
  it('is moved in a folder of this one', () => {
    const path = join(home, 'open', 'a');
    if (process.getuid?.() === 0) chownSync(path, 65_534, 65_534);
    const [moved, back] = carryOut([
      { op: 'move', from: 'open/a', to: 'open/b' },
      { op: 'move', from: 'open/b', to: 'open/a' },
    ]);
    for (const came of [moved, back]) expect(came?.outcome).toEqual({ kind: 'exit', exitCode: 0 });
    expect(readdirSync(join(home, 'open'))).toEqual(['a']);
  });
});
