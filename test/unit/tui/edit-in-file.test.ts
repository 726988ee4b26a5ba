import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { editInFile } from '../../../src/tui/runners/edit-in-file.ts';

const COMMAND = { name: 'command.sh', text: 'npm test\n' };

describe('the editor of the person', () => {
  it('gets the text in a file that only they can read, which is gone afterwards', async () => {
    let folder = '';
    const edited = await editInFile(COMMAND, async (path) => {
      folder = dirname(path);
      expect(readFileSync(path, 'utf8')).toBe('npm test\n');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      writeFileSync(path, 'npm ci\n');
      return 0;
    });
    expect(edited).toBe('npm ci\n');
    expect(existsSync(folder)).toBe(false);
  });

  it('changes nothing where it fails', async () => {
    let folder = '';
    const failed = await editInFile(COMMAND, async (path) => {
      folder = dirname(path);
      return 1;
    });
    expect(failed).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    const broken = editInFile(COMMAND, async (path) => {
      folder = dirname(path);
      throw new Error('no editor');
    });
    await expect(broken).rejects.toThrow('no editor');
    expect(existsSync(folder)).toBe(false);
  });

  it.each<[what: string, status: number, edit: (path: string) => void, error: object]>([
    ['is more than a command can be', 0, (path) => truncateSync(path, 2 * 1024 * 1024), { code: 'too-large' }],
    ['is no text', 0, (path) => writeFileSync(path, Buffer.from([0xff, 0xfe])), { code: 'invalid' }],
    ['was saved by an editor that failed', 1, (path) => writeFileSync(path, 'mine'), { code: 'cancelled' }],
    ['was saved by an editor that was ended', 0, ended, { message: 'ended' }],
  ])('keeps what the person wrote where it %s, and says where', async (_what, status, edit, error) => {
    let file = '';
    const edited = editInFile(COMMAND, async (path) => {
      file = path;
      onTestFinished(() => rmSync(dirname(path), { recursive: true, force: true }));
      edit(path);
      return status;
    });
    await expect(edited).rejects.toMatchObject(error);
    await expect(edited).rejects.toMatchObject({ hint: expect.stringContaining(`what you wrote is in ${file}`) });
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).not.toBe(COMMAND.text);
  });
});

function ended(path: string): never {
  writeFileSync(path, 'mine');
  throw new DispatchError('unavailable', 'ended');
}
