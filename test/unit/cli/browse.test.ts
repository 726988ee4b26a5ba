// What `dispatch browse` makes of its words: the steps of one run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command.ts';
import { command, stepsOf } from '../../../src/cli/commands/browse.ts';
import type { CliContext } from '../../../src/cli/context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-browse-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const steps = (...words: string[]) => stepsOf({} as CliContext, parseCommandLine('browse', command, words));
const said = async (...words: string[]) =>
  (await steps(...words)).map(({ tool, params }) => `${tool} ${String(params.url ?? params.fullPage ?? '')}`.trim());

describe('browse', () => {
  it('goes there, then looks, then ends', async () => {
    expect(
      await said('https://a.test/x', '--pdf', '--full-page', '--screenshot', '--snapshot', '--text', '--close'),
    ).toEqual([
      'browser_navigate https://a.test/x',
      'dispatch_text',
      'browser_snapshot',
      'browser_take_screenshot',
      'browser_take_screenshot true',
      'browser_pdf_save',
      'browser_close',
    ]);
    expect(await said('--forget')).toEqual(['dispatch_forget']);
  });

  it.each([
    ['example.org', 'https://example.org'],
    ['localhost:3000/a', 'https://localhost:3000/a'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['file:///etc/passwd', 'file:///etc/passwd'], // the device says no
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('%s is %s', async (word, url) => {
    expect(await said(word)).toEqual([`browser_navigate ${url}`]);
  });

  it('does what a file says between going there and looking', async () => {
    const file = join(folder, 'steps.jsonl');
    writeFileSync(file, '# send it\n{"tool":"browser_click","params":{"target":"#send"}}\n');
    expect(await said('a.test', '--steps', file, '--text')).toEqual([
      'browser_navigate https://a.test',
      'browser_click',
      'dispatch_text',
    ]);
    writeFileSync(file, '{"action":"screenshot"}');
    await expect(steps('--steps', file)).rejects.toThrow('line 1: there is no tool "undefined"');
    await expect(steps()).rejects.toThrow('there is no URL and no step');
  });
});
