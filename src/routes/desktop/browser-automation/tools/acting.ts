/** What a person would do with a page: press, type, choose, drag, answer. Each on an element of the page that was approved. */

import type { ElementHandle, Frame, Page } from 'playwright-core';
import { DispatchError } from '../../../../core/errors.ts';
import { quote } from '../../quote.ts';
import { withSecrets } from '../check-steps.ts';
import { elementOf, pageOf, requireFocus, requireOwnMiddle, type Tool, type ToolUse } from './tool.ts';

const CHOOSER_MS = 2000;

type Modifier = 'Alt' | 'Control' | 'ControlOrMeta' | 'Meta' | 'Shift';

export const click: Tool = async (use, { target, doubleClick, button, modifiers }) => {
  const element = await elementOf(use, pageOf(use), String(target));
  await requireOwnMiddle(use, element);
  const options = {
    ...limits(use),
    ...(button === undefined ? {} : { button: button as 'left' | 'right' | 'middle' }),
    ...(modifiers === undefined ? {} : { modifiers: modifiers as Modifier[] }),
  };
  await (doubleClick === true ? element.dblclick(options) : element.click(options));
  return '';
};

export const hover: Tool = async (use, { target }) => {
  await (await elementOf(use, pageOf(use), String(target))).hover(limits(use));
  return '';
};

export const drag: Tool = async (use, { startTarget, endTarget }) => {
  const page = pageOf(use);
  const [start, end] = [await elementOf(use, page, String(startTarget)), await elementOf(use, page, String(endTarget))];
  for (const element of [start, end]) await requireOwnMiddle(use, element);
  const [from, to] = [await middle(start), await middle(end)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  try {
    use.check(page);
    await page.mouse.move(to.x, to.y, { steps: 10 });
    use.check(page);
  } finally {
    await page.mouse.up();
  }
  return '';
};

async function middle(element: ElementHandle): Promise<{ x: number; y: number }> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (box === null) throw new DispatchError('conflict', 'it is not shown', { hint: 'take a snapshot' });
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export const type: Tool = async (use, { target, text, submit, slowly }) => {
  const page = pageOf(use);
  const element = await elementOf(use, page, String(target));
  const value = withSecrets(String(text), use.secrets);
  if (slowly === true) {
    await element.focus();
    await requireFocus(use, page);
    await element.type(value, limits(use));
  } else {
    await element.fill(value, limits(use));
  }
  use.signal.throwIfAborted();
  if (submit !== true) return '';
  await requireFocus(use, page);
  await element.press('Enter', limits(use));
  return '';
};

interface Field {
  readonly target: string;
  readonly type: string;
  readonly value: string;
}

export const fillForm: Tool = async (use, { fields }) => {
  const page = pageOf(use);
  for (const field of fields as readonly Field[]) {
    use.signal.throwIfAborted();
    const element = await elementOf(use, page, field.target);
    const value = withSecrets(field.value, use.secrets);
    if (field.type === 'checkbox' || field.type === 'radio') await element.setChecked(value === 'true', limits(use));
    else if (field.type === 'combobox') await element.selectOption({ label: value }, limits(use));
    else await element.fill(value, limits(use));
  }
  return '';
};

export const selectOption: Tool = async (use, { target, values }) => {
  const element = await elementOf(use, pageOf(use), String(target));
  await element.selectOption(values as string[], limits(use));
  return '';
};

export const pressKey: Tool = async (use, { key }) => {
  const page = pageOf(use);
  const focused = await focusedIn(page.mainFrame());
  use.checkFrame(await focused.ownerFrame());
  await requireFocus(use, page);
  await focused.press(String(key), limits(use));
  return '';
};

/** Keys go to what has the focus in the innermost frame that has it. */
async function focusedIn(frame: Frame): Promise<ElementHandle> {
  const handle = await frame.evaluateHandle('document.activeElement ?? document.body ?? document.documentElement');
  const element = handle.asElement() as ElementHandle;
  const inner = await element.contentFrame();
  return inner === null ? element : focusedIn(inner);
}

export const fileUpload: Tool = async (use, { paths }) => {
  const page = pageOf(use);
  // It opens a moment after the click that asks for it.
  const chooser =
    use.session.chooser() ??
    (await page.waitForEvent('filechooser', { timeout: CHOOSER_MS, signal: use.signal }).catch(() => undefined));
  if (chooser === undefined) {
    throw new DispatchError('not-found', 'the page does not ask for a file', {
      hint: 'click what makes it ask for one in the step before',
    });
  }
  use.session.chosen();
  use.check(chooser.page());
  use.checkFrame(await chooser.element().ownerFrame());
  const files = use.uploads.map(({ name, bytes }) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  }));
  await chooser.setFiles(paths === undefined ? [] : files, limits(use));
  return '';
};

export const handleDialog: Tool = async (use, { accept, promptText }) => {
  pageOf(use);
  const dialog = use.session.dialog();
  if (dialog === undefined) throw new DispatchError('not-found', 'no dialog is open', { hint: 'leave the step out' });
  use.checkFrame(dialog.page()?.mainFrame() ?? null);
  use.session.answered(dialog);
  if (accept === true) await dialog.accept(promptText === undefined ? undefined : String(promptText));
  else await dialog.dismiss();
  return `it was: ${dialog.type()} ${quote(dialog.message(), 500)}`;
};

export const evaluate: Tool = async (use, { target, function: script }) => {
  const page = pageOf(use);
  const subject = target === undefined ? await documentOf(use, page) : await elementOf(use, page, String(target));
  const result: unknown = await subject.evaluate(asFunction(String(script)));
  return result === undefined ? 'undefined' : JSON.stringify(result, undefined, 2);
};

/** playwright sends the text of a function to the page: this one has the text that was approved, and is never run here. */
function asFunction(script: string): () => unknown {
  return Object.assign(() => undefined, { toString: () => script });
}

/** Of this page: it goes with it. */
async function documentOf(use: ToolUse, page: Page) {
  const document = await page.evaluateHandle('document');
  use.check(page);
  return document;
}

function limits({ signal, timeoutMs }: ToolUse): { signal: AbortSignal; timeout: number } {
  return { signal, timeout: timeoutMs };
}
