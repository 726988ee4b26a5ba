// A recording of a terminal: what it holds, played again, gives the screen that was there.
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { createCast } from '../../../scripts/lib/cast.ts';
import { parseKeys } from '../../../scripts/lib/key-script.ts';
import { driveScreen } from '../../../scripts/lib/screen-driver.ts';

test('a recording played again shows what was on the screen, typed key by key', async () => {
  const cast = createCast({ cols: 40, rows: 5, title: 'a title' });
  const seen = { screen: '' };
  const text = await driveScreen(
    {
      command: ['sh', '-c', 'stty -echo; printf "ready 漢字 "; while read -r line; do printf "<%s>" "$line"; done'],
      cols: 40,
      rows: 5,
      cwd: '.',
      env: process.env,
      steps: parseKeys("wait:'ready' pause:10 'typed' enter wait:'<typed>'"),
      typingMs: 1,
      onOutput: cast.add,
    },
    (terminal) => {
      seen.screen = firstRow(terminal);
      return cast.text();
    },
  );
  const [header, ...events] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toEqual({ version: 2, width: 40, height: 5, title: 'a title', env: { TERM: 'xterm-256color' } });
  const times = events.map(([time]) => time as number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const again = new xterm.Terminal({ cols: 40, rows: 5, allowProposedApi: true });
  for (const [, kind, data] of events) {
    expect(kind).toBe('o');
    await new Promise<void>((resolve) => again.write(data, resolve));
  }
  expect(firstRow(again)).toBe(seen.screen);
  expect(seen.screen).toContain('<typed>');
});

const firstRow = (terminal: xterm.Terminal): string => terminal.buffer.active.getLine(0)?.translateToString(true) ?? '';
