/** What a person is shown who is asked about the steps of a run: each as a sentence, and the page as it is now with a mark where they act. */

import type { Page } from 'playwright-core';
import { accessOfStep, type BrowserStep } from '../../../core/browser.ts';
import { drawMarks, type Mark } from '../picture/marks.ts';
import { sentence } from './sentences.ts';
import type { Session } from './session.ts';
import { BLANK, originOf } from './sites.ts';
import { locate } from './tools/tool.ts';

export interface Illustrated {
  readonly steps: readonly string[];
  /** PNG. Only where something acts on the page that is open now: what is merely looked at is not shown before somebody says yes. */
  readonly picture?: Uint8Array;
}

const LOOK_MS = 3000;

/** `approved`: the origin of each step, as the plan has it. */
export async function illustrateSteps(
  steps: readonly BrowserStep[],
  approved: readonly string[],
  session: Session | undefined,
): Promise<Illustrated> {
  const sentences = steps.map((step, at) => withPlace(sentence(step), approved[at]));
  const page = session?.page();
  if (session === undefined || page === undefined || session.dialog() !== undefined) return { steps: sentences };
  const here = originOf(page.url()) ?? BLANK;
  const acting = here === BLANK ? [] : actingHere(steps, approved, here);
  if (acting.length === 0) return { steps: sentences };
  try {
    const png = await page.screenshot({ type: 'png', scale: 'css', timeout: LOOK_MS });
    const marks = (await Promise.all(acting.map((at) => markOf(page, steps[at] as BrowserStep, at)))).flat();
    return { steps: sentences, picture: drawMarks(png, marks) };
  } catch {
    return { steps: sentences }; // a page that is busy is shown as it can be
  }
}

function withPlace(text: string, origin: string | undefined): string {
  return origin === undefined || origin === '' ? text : `${text}, on ${origin}`;
}

/** Those before the page goes elsewhere. */
function actingHere(steps: readonly BrowserStep[], approved: readonly string[], here: string): number[] {
  const leaving = steps.findIndex(({ tool }) => /_(navigate|navigate_back|tabs|close)$/.test(tool));
  const last = leaving === -1 ? steps.length : leaving;
  return steps.flatMap((step, at) =>
    at < last && accessOfStep(step) !== 'read-only' && approved[at] === here ? [at] : [],
  );
}

async function markOf(page: Page, { params }: BrowserStep, at: number): Promise<Mark[]> {
  const { target, startTarget, endTarget, fields } = params as {
    target?: string;
    startTarget?: string;
    endTarget?: string;
    fields?: readonly { target: string }[];
  };
  const targets = [target, startTarget, endTarget, ...(fields ?? []).map((field) => field.target)];
  const boxes = await Promise.all(targets.filter((each) => each !== undefined).map((each) => boxOf(page, each)));
  return boxes.flatMap((bounds) => (bounds === null ? [] : [{ kind: 'window', step: at + 1, bounds } as const]));
}

async function boxOf(page: Page, target: string) {
  const box = await locate(page, target)
    .boundingBox({ timeout: 500 })
    .catch(() => null);
  if (box === null) return null;
  return { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width), height: Math.round(box.height) };
}
