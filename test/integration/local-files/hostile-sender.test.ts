// A sender that says what no sender should: it is found out, in one sentence, and nothing of it stays, least of all outside.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTransferEnds, type TransferEnds } from './transfer-ends.ts';

const MIB = 2 ** 20;
const BYTES = Buffer.from('hello');
const HASH = { sha256: createHash('sha256').update(BYTES).digest('hex') };
const common = { mode: 0o644, modifiedAt: 1_700_000_000_000 };
const total = (entries: number, bytes = 0) => ({ entries, bytes });
const file = (entry: number, names: readonly string[], more: object = {}) => ({
  entry,
  kind: 'file',
  names,
  size: 5,
  offset: 0,
  ...common,
  ...more,
});
const folder = (entry: number, names: readonly string[] = []) => ({ entry, kind: 'folder', names, ...common });
const link = (entry: number, names: readonly string[], target: string) => ({
  entry,
  kind: 'link',
  names,
  target,
  ...common,
});
const framed = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

const NO_PART = 'the other device sent something that is no part of a transfer';
const NO_FIT = 'does not fit together';

let ends: TransferEnds;
beforeEach(() => {
  ends = createTransferEnds();
});
afterEach(() => ends.dispose());

describe('a sender', () => {
  it('that says what it should is believed, so that what follows tells something', async () => {
    const said = [total(2, 5), folder(0), file(1, ['a']), BYTES, HASH, { end: 2 }];
    expect(await ends.receiveFrom(said)).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(ends.left()).toEqual(['it', 'it/a']);
  });

  it.each<[string, string, ...(readonly (object | Uint8Array)[])[]]>([
    ['a name that leads up', NO_PART, [total(2, 5), folder(0), file(1, ['..']), BYTES, HASH]],
    ['a name of two', NO_PART, [total(2, 5), folder(0), file(1, ['a/b']), BYTES, HASH]],
    ['an absolute name', NO_PART, [total(2, 5), folder(0), file(1, ['/etc/passwd']), BYTES, HASH]],
    ['a name with a NUL', NO_PART, [total(2, 5), folder(0), file(1, ['a\0b']), BYTES, HASH]],
    ['an empty name', NO_PART, [total(2, 5), folder(0), file(1, ['']), BYTES, HASH]],
    ['a name of one dot', NO_PART, [total(2, 5), folder(0), file(1, ['.']), BYTES, HASH]],
    ['a name that is too long', NO_PART, [total(2, 5), folder(0), file(1, ['a'.repeat(300)]), BYTES, HASH]],
    ['a path that is too deep', NO_PART, [total(2, 5), folder(0), file(1, Array(200).fill('a')), BYTES, HASH]],
    ['a kind that there is not', NO_PART, [total(1), { ...folder(0), kind: 'device' }]],
    ['a set-user-id bit beyond all modes', NO_PART, [total(1, 5), file(0, [], { mode: 0o100000 }), BYTES, HASH]],
    ['a size below nothing', NO_PART, [total(1, 5), file(0, [], { size: -1 }), BYTES, HASH]],
    ['a key that nobody knows', NO_PART, [total(1, 5), { ...file(0, []), owner: 'root' }, BYTES, HASH]],
    ['what is no JSON', NO_PART, [framed('{"entry":')]],
    ['a header without end', NO_FIT, [Buffer.from([0x7f, 0xff, 0xff, 0xff])]],
    ['no total first', NO_FIT, [folder(0), file(1, ['a']), BYTES, HASH]],
    ['an entry out of order', NO_FIT, [total(3, 5), folder(0), file(2, ['a']), BYTES, HASH]],
    ['an entry twice', NO_FIT, [total(3, 5), folder(0), folder(0)]],
    ['more entries than it announced', NO_FIT, [total(1, 5), folder(0), file(1, ['a']), BYTES, HASH]],
    ['more bytes than it announced', NO_FIT, [total(2, 4), folder(0), file(1, ['a']), BYTES, HASH]],
    ['a root in the middle', NO_FIT, [total(2, 5), folder(0), file(1, []), BYTES, HASH]],
    ['something inside before its root', NO_FIT, [total(2, 5), file(0, ['a']), BYTES, HASH]],
    ['a file that begins in its middle', NO_FIT, [total(1, 5), file(0, [], { offset: 2 }), BYTES, HASH]],
    ['a hash without a file', NO_FIT, [total(1, 5), HASH]],
    ['an end before the end', NO_FIT, [total(3, 5), folder(0), { end: 1 }]],
    ['an end that counts otherwise', NO_FIT, [total(1), folder(0), { end: 2 }]],
    ['another total after a cut', NO_FIT, [total(2, 5), folder(0)], [total(3, 5)]],
    [
      'another size of a file after a cut',
      NO_FIT,
      [total(1, 5), file(0, []), BYTES.subarray(0, 2)],
      [total(1, 5), file(0, [], { size: 4, offset: 2 }), BYTES.subarray(0, 2), HASH],
    ],
    [
      'another place in a file after a cut',
      NO_FIT,
      [total(1, 5), file(0, []), BYTES.subarray(0, 2)],
      [total(1, 5), file(0, [], { offset: 1 }), BYTES.subarray(1), HASH],
    ],
    [
      'the hash of a file that is not whole, after a cut',
      NO_FIT,
      [total(1, 5), file(0, []), BYTES.subarray(0, 2)],
      [total(1, 5), HASH, { end: 1 }],
    ],
    [
      'the hash of another file',
      'did not arrive as it was sent',
      [total(1, 5), file(0, []), BYTES, { sha256: '0'.repeat(64) }],
    ],
    ['a file of a petabyte', 'are to come, and the disk has', [total(1, 2 ** 50), file(0, [], { size: 2 ** 50 })]],
    [
      'a large file that stops being sent, and then is no more of it',
      NO_FIT,
      [total(1, 9 * MIB), file(0, [], { size: 9 * MIB }), new Uint8Array(MIB + 1)],
      [total(1, 9 * MIB), HASH],
    ],
  ])('that says %s is found out, and nothing stays', async (_, message, ...said) => {
    expect(await ends.receiveFrom(...said)).toMatchObject({
      kind: 'exit',
      exitCode: 1,
      message: expect.stringContaining(message),
    });
    expect(ends.left()).toEqual([]);
    expect(readdirSync(ends.outside)).toEqual([]);
  });

  it.each([
    ['a file through a link that it sent', () => [link(1, ['a'], ends.outside), file(2, ['a', 'x']), BYTES, HASH]],
    ['a folder through a link that it sent', () => [link(1, ['a'], ends.outside), folder(2, ['a', 'x'])]],
    ['a file over a link that it sent', () => [link(1, ['a'], `${ends.outside}/x`), file(2, ['a']), BYTES, HASH]],
    ['a file over one that it sent', () => [file(1, ['a']), BYTES, HASH, file(2, ['a']), BYTES, HASH]],
    ['a file in a file', () => [file(1, ['a']), BYTES, HASH, file(2, ['a', 'x']), BYTES, HASH]],
    ['a file in a folder that it never sent', () => [file(1, ['b', 'x']), BYTES, HASH, folder(2, ['b'])]],
  ])('does not write %s', async (_, said) => {
    expect(await ends.receiveFrom([total(3, 10), folder(0), ...said()])).toMatchObject({ kind: 'exit', exitCode: 1 });
    expect(ends.left()).toEqual([]);
    expect(readdirSync(ends.outside)).toEqual([]);
  });

  it.each([
    ['when all of it is there', { end: 2 }],
    ['when nothing comes of it', { end: 1 }],
  ])('touches nothing through a folder that somebody swaps for a link: %s', async (_, last) => {
    const held = join(ends.outside, 'held');
    mkdirSync(held);
    writeFileSync(join(held, 'letter'), 'dear');
    chmodSync(held, 0o700);
    const before = statSync(held);
    const part = join(ends.target, '.it.dispatch-receives.part');
    const swap = (): void => {
      renameSync(join(part, 'a'), join(part, 'b'));
      symlinkSync(held, join(part, 'a'));
    };
    const said = [total(2), folder(0), { ...folder(1, ['a']), mode: 0o777 }, swap, last];
    expect(await ends.receiveFrom(said)).toMatchObject({ kind: 'exit', exitCode: 1 });
    expect(statSync(held)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs });
    expect(readdirSync(held)).toEqual(['letter']);
    expect(ends.left()).toEqual([]);
  });

  it('whose folders keep everybody out leaves nothing either', async () => {
    const shut = { ...folder(1, ['a']), mode: 0 };
    const said = [total(3, 5), folder(0), shut, file(2, ['a', 'x']), BYTES, { sha256: '0'.repeat(64) }];
    expect(await ends.receiveFrom(said)).toMatchObject({ kind: 'exit', exitCode: 1 });
    expect(ends.left()).toEqual([]);
  });

  it('gives no more rights than a mode has, and no other owner', async () => {
    const said = [total(1, 5), file(0, [], { mode: 0o6755 }), BYTES, HASH, { end: 1 }];
    expect(await ends.receiveFrom(said)).toMatchObject({ kind: 'exit', exitCode: 0 });
    expect(ends.modeOf('it')).toBe(0o755);
  });
});
