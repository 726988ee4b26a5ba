// What the composer says of a text that is very long, before anybody sends it.
import { describe, expect, it } from 'vitest';
import { LONGEST_TASK } from '../../../src/core/runs.ts';
import { type Dashboard, startDashboard } from '../../helpers/tui-model.ts';

function pasted(text: string): Dashboard {
  const dashboard = startDashboard();
  dashboard.paste(text);
  return dashboard;
}
const hint = ({ model }: Dashboard) => model.composer.hint;
const sent = (dashboard: Dashboard): string[] =>
  dashboard.take().flatMap((effect) => (effect.type === 'submit' || effect.type === 'say' ? [effect.text] : []));

describe('a text that was pasted', () => {
  it('is sent whole when it is as long as a task may be, and its hint tells how long it is', () => {
    const text = `= ${'1'.repeat(LONGEST_TASK - 2)}`;
    const dashboard = pasted(text);
    expect(hint(dashboard)).toEqual({ kind: 'long', length: LONGEST_TASK });
    dashboard.press('enter');
    expect(sent(dashboard)).toEqual([text]);
  });

  it('is said to be too long with the letter that makes it so, and stays when it is sent all the same', () => {
    const dashboard = pasted(`!${'a'.repeat(LONGEST_TASK - 1)}`);
    dashboard.press('b');
    expect(hint(dashboard)).toMatchObject({
      kind: 'refused',
      reason: 'too long to be sent: 1,048,577 characters of at most 1,048,576 characters',
    });
    dashboard.press('enter');
    expect(sent(dashboard)).toEqual([]);
    expect(dashboard.model.composer.editor.text).toHaveLength(LONGEST_TASK + 1);
    dashboard.press('backspace');
    expect(hint(dashboard).kind).toBe('long');
  });

  it('is too long as a message too', () => {
    const dashboard = pasted(`/say ${'a'.repeat(LONGEST_TASK)}`);
    expect(hint(dashboard).kind).toBe('refused');
    dashboard.press('enter');
    expect(sent(dashboard)).toEqual([]);
  });
});
