// The view of a run as it is drawn: its row of tabs at every width.
import { expect, it } from 'vitest';
import { RUN_SECTIONS } from '../../../../src/tui/model/overlay-model.ts';
import { ASCII, approval, text, withOverlay } from './example.ts';
import { runDialog, scenes } from './scenes.ts';

const tabsAt = (width: number, height: number, section: (typeof RUN_SECTIONS)[number] = 'output'): string => {
  const busy = scenes({ width, height }).busy;
  if (busy === undefined) throw new Error('there is a scene');
  const dialog = runDialog(busy, { section });
  const { detail } = dialog;
  if (detail === undefined) throw new Error('it has a detail');
  const asked = { ...dialog, detail: { ...detail, approvals: [approval(12, 'npm test')] } };
  return text(withOverlay(busy, asked)).split('\n')[4]?.trim() ?? '';
};

it.each([
  [120, 40, '─ Output 12 kB ─ Plan ─ Approvals 1 ─ Artifacts 2 ─ Audit ─ Timing ─'],
  [60, 20, '─Output Plan Approvals 1 Artifacts 2 Audit Timing─'],
  [40, 12, '─Out Plan Ask1 Art2 Audit Time─'],
  [30, 8, '─Out Pl Ask1 Art2 Au Ti─'],
])('the tabs fit %i×%i, with what they hold', (width, height, tabs) => {
  for (const section of RUN_SECTIONS) expect(tabsAt(width, height, section)).toContain(tabs);
});

it.each(RUN_SECTIONS)('the tab %s is drawn without a letter that this terminal has not', (section) => {
  const busy = scenes({ width: 40, height: 12 }).busy;
  if (busy === undefined) throw new Error('there is a scene');
  const drawn = text(withOverlay(busy, runDialog(busy, { section })), ASCII);
  expect(drawn).not.toMatch(/[^\x00-\x7f]/);
});
