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
