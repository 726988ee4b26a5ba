/** Whether a page is as expected: a step that fails if it is not. */

import type { Locator, Page } from 'playwright-core';
import { DispatchError } from '../../../../core/errors.ts';
import { quote } from '../../quote.ts';
import { elementOf, locate, pageOf, type Tool, type ToolUse } from './tool.ts';

const SOON_MS = 5000;

export const elementVisible: Tool = async (use, { role, accessibleName }) => {
  const page = pageOf(use);
  const name = String(accessibleName);
  await visible(
    use,
    page.getByRole(role as Parameters<Page['getByRole']>[0], { name }),
    `a ${quote(String(role))} named ${quote(name)}`,
  );
  return 'it is there';
};

export const textVisible: Tool = async (use, { text }) => {
  await visible(use, pageOf(use).getByText(String(text)), `the text ${quote(String(text))}`);
  return 'it is there';
};

export const listVisible: Tool = async (use, { target, items }) => {
  const page = pageOf(use);
  await elementOf(use, page, String(target));
  for (const item of items as readonly string[])
    await visible(use, locate(page, String(target)).getByText(item), `${quote(item)} in the list`);
  return 'all are there';
};

export const value: Tool = async (use, { type, target, value: expected }) => {
  const element = await elementOf(use, pageOf(use), String(target));
  const found =
    type === 'checkbox' || type === 'radio' ? String(await element.isChecked()) : await element.inputValue();
  if (found === expected) return 'it is so';
  throw new DispatchError('conflict', `it holds ${quote(found)}, and not ${quote(String(expected))}`, {
    hint: 'look at the page, and start over from there',
  });
};

async function visible({ signal, timeoutMs }: ToolUse, locator: Locator, what: string): Promise<void> {
  try {
    await locator.first().waitFor({ state: 'visible', signal, timeout: Math.min(SOON_MS, timeoutMs) });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new DispatchError('not-found', `the page does not show ${what}`, { hint: 'take a snapshot', cause: error });
  }
}
