// `/steps`: for which device the editor is opened, and what it is not opened for.
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { aDevice, startDashboard } from '../../helpers/tui-model.ts';

const desk = aDevice({ id: 'device-desk' as DeviceId, name: 'desk', local: false });

function sent(text: string) {
  const dashboard = startDashboard({ snapshot: { devices: [aDevice(), desk], runs: [] } });
  dashboard.type(text);
  dashboard.press('enter');
  return {
    said: dashboard.model.toasts.at(-1)?.text,
    effects: dashboard.take().filter(({ type }) => type === 'write-steps'),
  };
}

describe('steps', () => {
  it.each([
    ['/steps @desk', { device: { id: desk.id, name: 'desk' } }],
    ['/steps desk shop', { device: { id: desk.id, name: 'desk' }, session: 'shop' }],
    ['/steps local', { device: { id: aDevice().id, name: aDevice().name } }],
  ])('%s', (text, expected) => {
    expect(sent(text).effects).toEqual([{ type: 'write-steps', ...expected }]);
  });

  it.each([
    ['/steps @nowhere', 'there is no device "nowhere": name one as in @nas'],
    ['/steps @desk ../x', 'a session is one word: letters, digits, "-" and "_", at most 63'],
    ['/steps @desk one two', 'a session is one word: letters, digits, "-" and "_", at most 63'],
  ])('%s: %s', (text, message) => {
    expect(sent(text)).toEqual({ said: message, effects: [] });
  });
});
