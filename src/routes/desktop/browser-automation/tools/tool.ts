/** What a tool gets, and how it finds an element in the page that was approved and in no other. */

import type { ElementHandle, Frame, Locator, Page } from 'playwright-core';
import { DispatchError } from '../../../../core/errors.ts';
import { quote } from '../../quote.ts';
import type { Session, Work } from '../session.ts';
import type { Upload } from '../session-settings.ts';

export interface ToolUse {
  readonly session: Session;
  readonly work: Work;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly secrets: Readonly<Record<string, string>>;
  readonly uploads: readonly Upload[];
  /** Throws `refused` if the page is not, or no more, where the step may be. */
  check(page: Page): void;
  /** The same of a frame in it. */
  checkFrame(frame: Frame | null): void;
  /** Whether titles and addresses of that site may be told. */
  mayTell(origin: string): boolean;
}

/** Gives what is printed: text that pages wrote may be in it. */
export type Tool = (use: ToolUse, params: Readonly<Record<string, unknown>>) => Promise<string>;

/** Elements are there, or appear soon; a page may take longer to load. */
const ELEMENT_MS = 10_000;
/** As snapshots name elements, those of frames too. */
const REF = /^(f\d+)?e\d+$/;

/** The tab that is looked at. Throws where there is none. */
export function pageOf(use: ToolUse): Page {
  const page = use.session.page();
  if (page === undefined)
    throw new DispatchError('not-found', 'no page is open', { hint: 'begin with browser_navigate' });
  use.check(page);
  return page;
}

export function locate(page: Page, target: string): Locator {
  return page.locator(REF.test(target) ? `aria-ref=${target}` : target);
}

/** It belongs to the document that was there when it was looked up: a page that goes on meanwhile takes it away. */
export async function elementOf(use: ToolUse, page: Page, target: string): Promise<ElementHandle> {
  const timeout = Math.min(ELEMENT_MS, use.timeoutMs);
  try {
    const handle = await locate(page, target).elementHandle({ signal: use.signal, timeout });
    use.check(page);
    const element = handle as ElementHandle;
    use.checkFrame(await element.ownerFrame());
    const inner = await element.contentFrame();
    if (inner !== null) use.checkFrame(inner);
    return element;
  } catch (error) {
    if (error instanceof DispatchError || use.signal.aborted) throw error;
    throw new DispatchError('not-found', `${quote(target)} is not on the page: ${reasonOf(error)}`, {
      hint: 'take a snapshot and use the ref that it shows, or a selector that fits one element',
      cause: error,
    });
  }
}

/** What is pressed goes to what has the focus: not to a page of another site that is in this one. */
export async function requireFocus(use: ToolUse, page: Page): Promise<void> {
  for (const frame of page.frames()) {
    if (frame === page.mainFrame() || !(await hasFocus(frame))) continue;
    use.checkFrame(frame);
  }
  use.check(page);
}

async function hasFocus(frame: Frame): Promise<boolean> {
  try {
    return (await frame.evaluate('document.hasFocus()')) === true;
  } catch {
    return !frame.isDetached();
  }
}

/** Nor does a click go to one that lies in the middle of what is clicked. */
export async function requireOwnMiddle(use: ToolUse, element: ElementHandle): Promise<void> {
  const there = await element.evaluateHandle(MIDDLE);
  const frame = await there.asElement()?.contentFrame();
  if (frame !== undefined && frame !== null) use.checkFrame(frame);
}

/** playwright sends its text to the page. */
const MIDDLE = Object.assign(() => undefined as unknown, {
  toString: () => `(element) => {
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const box = element.getBoundingClientRect();
    return element.getRootNode().elementFromPoint?.(box.x + box.width / 2, box.y + box.height / 2) ?? element;
  }`,
});

/** The first line of what playwright says, without what it was called with. */
export function reasonOf(error: unknown): string {
  const text = String(error instanceof Error ? error.message : error);
  const line = (text.split('\n')[0] ?? '').replace(/^[\w.]+: (Error: )?/, '');
  return quote(line, 200).slice(1, -1);
}
