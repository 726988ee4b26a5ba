// That what others wrote did no harm to the terminal around the dashboard, nor to the keys.

import { expect } from 'vitest';
import { MARK } from '../fixtures/hostile/corpus.ts';
import type { Dashboard } from './dashboard.ts';

/** All that the dashboard may write once it stands: colours, moves, erasing, its cursor, whole frames, its title. */
const DRAWING = /\x1b\[[\d;]*[mHCXJK]|\x1b\[\?(?:2026|25)[hl]|\x1b\]2;[^\p{Cc}]*dispatch\x07/gu;
/** Links that answers have: to the web, and ended. */
const LINKS = /\x1b\]8;;(?:https?:\/\/[!-:<-~]*)?\x1b\\/g;
/** And that somebody is asked, in words of its own, with what is asked behind them. */
const ASKING = /\x07\x1b\]777;notify;Dispatch: [^\p{Cc}]*\x07/gu;
const HARMFUL = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Nothing got through since `from`, the borders stand, and F1 is answered. */
export async function expectNoHarm(dashboard: Dashboard, from: number): Promise<void> {
  dashboard.press('f1');
  await dashboard.waitFor(' Help ');
  dashboard.press('escape');
  await dashboard.waitGone(' Help ');
  const drawn = dashboard.output().subarray(from).toString();
  const asked = drawn.match(ASKING)?.length ?? 0;
  const rest = drawn.replaceAll(DRAWING, '').replaceAll(LINKS, '').replaceAll(ASKING, '');
  const at = rest.search(HARMFUL);
  expect(at < 0 ? '' : JSON.stringify(rest.slice(Math.max(0, at - 60), at + 60))).toBe('');
  expect(dashboard.title()).not.toContain(MARK);
  expect(dashboard.bells()).toBe(asked);
  expect(dashboard.modes()).toMatchObject({ alternate: true, mouse: 'drag', bracketedPaste: true, autowrap: false });
  const rows = dashboard.screen().split('\n');
  for (const row of rows) expect(row.match(/┌/g)?.length ?? 0).toBe(row.match(/┐/g)?.length ?? 0);
}
