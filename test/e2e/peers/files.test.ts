// `dispatch files` on a real peer from another one: what people do with it, from the request with its difference to the undo.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

async function begin(): Promise<{ laptop: PeerHome; box: PeerHome }> {
  const [laptop, box] = (await stage.peers('laptop', 'box')) as [PeerHome, PeerHome];
  await pairHomes(box, laptop, { allow: ['run', 'approve'] });
  return { laptop, box };
}

test('lists, reads, edits with a difference to approve, and undoes it', async () => {
  const { laptop, box } = await begin();
  const file = join(box.work, 'app.toml');
  writeFileSync(file, 'port = 80\nname = "x"\n');
  mkdirSync(join(box.work, 'photos'));
  const files = async (...args: string[]) => laptop.cli(['files', ...args]);
  expect((await files('list', 'box:~')).out).toMatch(/-rw-r--r-- {2}21 B .* app\.toml\n.*photos\/\n/);
  expect(JSON.parse((await files('list', 'box:~', '--json')).out)).toMatchObject({
    entries: [{ name: 'app.toml' }, { name: 'photos' }],
  });
  expect((await files('read', 'box:~/app.toml', '--range', '0-8')).out).toBe('port = 80');

  const editing = laptop.start([
    'files',
    'edit',
    'box:~/app.toml',
    '--replace',
    'port = 80',
    '--with',
    'port = 8080',
    '--json',
  ]);
  const { out } = await until('the request', async () => {
    const listed = await laptop.cli(['approvals']);
    return listed.out.includes('waits') || listed.out.includes('left') ? listed : undefined;
  });
  expect(out).toContain('-port = 80');
  expect(out).toContain('+port = 8080');
  expect(readFileSync(file, 'utf8')).toContain('port = 80\n');
  const [{ id, runId }] = JSON.parse((await laptop.cli(['approvals', '--json'])).out) as [
    { id: string; runId: string },
  ];
  expect(await laptop.cli(['approve', id])).toMatchObject({ code: 0, err: '' });
  expect((await editing.done).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('port = 8080\nname = "x"\n');
  expect((await files('undo', runId, '--yes')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('port = 80\nname = "x"\n');
}, 60_000);

test('reads some lines, changes several things at once, and brings home what becomes an artifact', async () => {
  const { laptop, box } = await begin();
  const file = join(box.work, 'list.txt');
  writeFileSync(file, 'one\ntwo\nthree\nfour\n');
  const files = async (...args: string[]) => laptop.cli(['files', ...args]);
  expect(await files('read', 'box:~/list.txt', '--lines', '2-3')).toMatchObject({ code: 0, out: 'two\nthree\n' });
  const edits = ['--replace', 'one', '--with', '1', '--replace', 'four', '--with', '4'];
  expect((await files('edit', 'box:~/list.txt', ...edits, '--yes')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('1\ntwo\nthree\n4\n');
  const kept = await files('read', 'box:~/list.txt', '--artifact', '-o', join(laptop.work, 'brought.txt'));
  expect({ code: kept.code, err: kept.err }).toEqual({ code: 0, err: expect.stringContaining('saved as ') });
  expect(readFileSync(join(laptop.work, 'brought.txt'), 'utf8')).toBe('1\ntwo\nthree\n4\n');
  for (const [args, message] of [
    [['list', 'box:~', '--append'], '--append does not go with files list, but with files write'],
    [['write', 'box:~/a', '--append', '--create'], '--append and --create contradict each other'],
    [['write', 'box:~/a', '--from', 'none'], 'cannot read none: there is no such file'],
    [['edit', 'box:~/a', '--replace', 'a'], 'a --with NEW for each --replace OLD'],
    [['read', 'box:~/a', '--lines', '3-1'], '--lines 3-1: expected FROM-TO'],
    [['copy', 'box:~/a', '.', '--timeout', '5'], '--timeout does not go with a copy between devices'],
  ] as const) {
    expect(await files(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  }
}, 60_000);

test('copies a folder home and a file there, and says what does not work in one sentence', async () => {
  const { laptop, box } = await begin();
  mkdirSync(join(box.work, 'photos'));
  writeFileSync(join(box.work, 'photos', '1.jpg'), 'picture');
  expect(await laptop.cli(['files', 'copy', 'box:~/photos', join(laptop.work, 'photos')])).toMatchObject({
    code: 0,
    err: '',
  });
  expect(readFileSync(join(laptop.work, 'photos', '1.jpg'), 'utf8')).toBe('picture');
  expect(
    await laptop.cli(['files', 'copy', '--yes', join(laptop.work, 'photos', '1.jpg'), 'box:~/one.jpg']),
  ).toMatchObject({ code: 0, err: '' });
  expect(existsSync(join(box.work, 'one.jpg'))).toBe(true);
  for (const [args, code, message] of [
    [['list', 'box:~/nothing'], 126, /there is no .*nothing: correct the path/],
    [['read', 'box:/etc/passwd'], 126, /none of the folders/],
    [['move', 'box:~/a', './b'], 2, /about one device/],
    [['list', 'nas:~'], 125, /there is no device "nas"/],
    [['juggle'], 2, /files cannot "juggle"/],
  ] as const) {
    const done = await laptop.cli(['files', ...args]);
    expect(done.err, args.join(' ')).toMatch(message);
    expect(done.err.trim().split('\n')).toHaveLength(1);
    expect([code, 1]).toContain(done.code);
  }
}, 60_000);
