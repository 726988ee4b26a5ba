import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editInFile } from '../../../src/tui/edit-in-file.ts';

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

  it('changes nothing where it fails, or leaves more than a command can be', async () => {
    let folder = '';
    const failed = await editInFile(COMMAND, async (path) => {
      folder = dirname(path);
      writeFileSync(path, 'changed');
      return 1;
    });
    expect(failed).toBeUndefined();
    const large = editInFile(COMMAND, async (path) => {
      truncateSync(path, 2 * 1024 * 1024);
      return 0;
    });
    await expect(large).rejects.toMatchObject({ code: 'too-large' });
    const broken = editInFile(COMMAND, () => Promise.reject(new Error('no editor')));
    await expect(broken).rejects.toThrow('no editor');
    expect(existsSync(folder)).toBe(false);
  });
});
