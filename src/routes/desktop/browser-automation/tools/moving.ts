/** Going to pages, between tabs, and away. */

import { setTimeout as delay } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import { quote } from '../../quote.ts';
import { BLANK, isSameSite, originOf } from '../sites.ts';
import { pageOf, reasonOf, type Tool, type ToolUse } from './tool.ts';

const SOON_MS = 1000;

export const navigate: Tool = async (use, { url }) => {
  const page = use.session.page() ?? (await use.session.open());
  return go(use, page, String(url));
};

export const navigateBack: Tool = async (use) => {
  const page = use.session.page();
  if (page === undefined) throw nothingOpen();
  const { signal, timeoutMs: timeout } = use;
  const response = await page.goBack({ signal, timeout, waitUntil: 'domcontentloaded' });
  if (response === null && page.url() === BLANK)
    throw new DispatchError('not-found', 'there is no page before', { hint: 'open one with browser_navigate' });
  const now = originOf(page.url());
  // Where that is was not known to who said yes.
  return now !== undefined && use.mayTell(now) ? where(await page.title(), page.url()) : 'it went back';
};

async function go(use: ToolUse, page: NonNullable<ReturnType<ToolUse['session']['page']>>, url: string) {
  const { signal, timeoutMs: timeout } = use;
  const arrived = new AbortController();
  const download = page
    .waitForEvent('download', { timeout: 0, signal: AbortSignal.any([signal, arrived.signal]) })
    .catch(() => undefined);
  try {
    await page.goto(url, { signal, timeout, waitUntil: 'domcontentloaded' });
  } catch (error) {
    // What is downloaded is no page: Chromium gives the navigation up, and tells of the download a moment later.
    if (/Download is starting|net::ERR_ABORTED/.test(String(error))) {
      if ((await Promise.race([download, soon()])) !== undefined) return 'it is a download, and no page';
    }
    if (signal.aborted) throw error;
    throw new DispatchError('unavailable', `${quote(url)} could not be opened: ${reasonOf(error)}`, {
      hint: 'see whether the address is right and may be reached ([browser] allowed_origins, denied_origins)',
      cause: error,
    });
  } finally {
    arrived.abort();
  }
  const [asked, got] = [originOf(url), originOf(page.url())];
  if (asked !== undefined && (got === undefined || !isSameSite(asked, got))) {
    throw new DispatchError('refused', `the page went on to ${got ?? 'another place'}, which was not asked for`, {
      hint: `open ${got ?? 'that page'} itself if that is what you want`,
    });
  }
  return where(await page.title().catch(() => ''), page.url());
}

/** One in the form of a tab that was opened for it. */
export const tabs: Tool = async (use, { action, index, url }) => {
  const { session } = use;
  switch (action) {
    case 'new': {
      const page = await session.open();
      return url === undefined ? list(use) : go(use, page, String(url));
    }
    case 'select':
      await session.select(Number(index ?? 0)).bringToFront();
      return list(use);
    case 'close': {
      const page = index === undefined ? session.page() : session.pages()[Number(index)];
      if (page === undefined) throw nothingOpen();
      await page.close();
      return list(use);
    }
    default:
      return list(use);
  }
};

export const resize: Tool = async (use, { width, height }) => {
  const page = use.session.page() ?? (await use.session.open());
  await page.setViewportSize({ width: Number(width), height: Number(height) });
  return '';
};

export const waitFor: Tool = async (use, { time, text, textGone }) => {
  const page = pageOf(use);
  const { signal } = use;
  const timeout = time === undefined ? use.timeoutMs : Number(time) * 1000;
  if (text === undefined && textGone === undefined) {
    await delay(timeout, undefined, { signal });
    return '';
  }
  const [wanted, state] = text === undefined ? [textGone, 'hidden' as const] : [text, 'visible' as const];
  await page
    .getByText(String(wanted))
    .first()
    .waitFor({ state, signal, timeout: Math.max(1, timeout) })
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      const what = state === 'visible' ? 'did not appear' : 'did not go away';
      throw new DispatchError('not-found', `${quote(String(wanted))} ${what}`, {
        hint: 'take a snapshot',
        cause: error,
      });
    });
  return '';
};

async function list({ session, mayTell }: ToolUse): Promise<string> {
  const current = session.page();
  const lines = await Promise.all(
    session.pages().map(async (page, at) => {
      const origin = originOf(page.url());
      if (page.url() !== BLANK && (origin === undefined || !mayTell(origin)))
        return `${at}${page === current ? ' *' : ''} another site`;
      const title = (await Promise.race([page.title().catch(() => ''), soon()])) ?? '';
      return `${at}${page === current ? ' *' : ''} ${quote(title, 100)} ${quote(page.url(), 300)}`;
    }),
  );
  return lines.length === 0 ? 'no tab is open' : lines.join('\n');
}

/** A page that waits for an answer does not tell its title, and what was given up need not be a download. */
function soon(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), SOON_MS).unref());
}

function where(title: string, url: string): string {
  return `${quote(title, 200)} at ${quote(url, 2000)}`;
}

function nothingOpen(): DispatchError {
  return new DispatchError('not-found', 'no page is open', { hint: 'begin with browser_navigate' });
}
