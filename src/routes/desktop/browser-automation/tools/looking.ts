/** What a page shows: its elements, its text, pictures and PDFs of it, what it has logged and asked for. */

import { writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { DispatchError } from '../../../../core/errors.ts';
import type { Session } from '../session.ts';
import { elementOf, locate, pageOf, reasonOf, type Tool, type ToolUse } from './tool.ts';

export const snapshot: Tool = async (use, { target, depth, boxes, filename }) => {
  const page = pageOf(use);
  const options = {
    mode: 'ai' as const,
    signal: use.signal,
    timeout: use.timeoutMs,
    ...(depth === undefined ? {} : { depth: Number(depth) }),
    ...(boxes === undefined ? {} : { boxes: Boolean(boxes) }),
  };
  if (target !== undefined) await elementOf(use, page, String(target));
  const text = await (target === undefined ? page : locate(page, String(target))).ariaSnapshot(options);
  const own = await withoutForeignFrames(use, page, text);
  use.check(page);
  return filed(use, own, filename);
};

const FRAME = /^\s*- iframe\b.*\[ref=((?:f\d+)?e\d+)\]/;

/** What pages of other sites in the page hold is left out: a yes is for one site. What stands in a frame is indented below it. */
async function withoutForeignFrames(use: ToolUse, page: Page, snapshot: string): Promise<string> {
  const kept: string[] = [];
  let hidden: number | undefined;
  for (const line of snapshot.split('\n')) {
    const indent = line.search(/\S|$/);
    if (hidden !== undefined && indent > hidden) continue;
    hidden = undefined;
    const ref = FRAME.exec(line)?.[1];
    if (ref === undefined || (await isOwnFrame(use, page, ref))) {
      kept.push(line);
      continue;
    }
    hidden = indent;
    kept.push(`${line.replace(/:\s*$/, '')}: of another site, left out`);
  }
  return kept.join('\n');
}

async function isOwnFrame(use: ToolUse, page: Page, ref: string): Promise<boolean> {
  try {
    use.checkFrame(await (await elementOf(use, page, ref)).contentFrame());
    return true;
  } catch {
    return false;
  }
}

export const text: Tool = async (use) => {
  const page = pageOf(use);
  const shown = await page.locator('body').innerText({ signal: use.signal, timeout: use.timeoutMs });
  use.check(page);
  return shown
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
};

export const screenshot: Tool = async (use, { target, type, fullPage, scale, filename }) => {
  const page = pageOf(use);
  const format = (type ?? typeOf(filename) ?? 'png') as 'png' | 'jpeg' | 'webp';
  const options = { type: format, scale: scale as 'css' | 'device', timeout: use.timeoutMs };
  const bytes =
    target === undefined
      ? await page.screenshot({ ...options, fullPage: fullPage === true })
      : await (await elementOf(use, page, String(target))).screenshot({ ...options, signal: use.signal });
  use.check(page);
  return save(use, bytes, filename === undefined ? `page.${format === 'jpeg' ? 'jpg' : format}` : String(filename));
};

export const pdf: Tool = async (use, { filename }) => {
  const page = pageOf(use);
  const bytes = use.session.headless ? await page.pdf() : await printed(use.session, page);
  use.check(page);
  return save(use, bytes, filename === undefined ? 'page.pdf' : String(filename));
};

/** playwright offers PDFs without a screen alone; newer browsers print with one as well. */
async function printed({ context }: Session, page: Page): Promise<Uint8Array> {
  const session = await context.newCDPSession(page);
  try {
    const { data } = await session.send('Page.printToPDF', { printBackground: true });
    return Buffer.from(data, 'base64');
  } catch (error) {
    throw new DispatchError('unavailable', `this browser prints no PDF on a screen: ${reasonOf(error)}`, {
      hint: 'set [browser] headless = true there',
      cause: error,
    });
  } finally {
    await session.detach().catch(() => {});
  }
}

const LEVELS = ['error', 'warning', 'info', 'debug'];

export const consoleMessages: Tool = async (use, { level, filename }) => {
  const page = pageOf(use);
  const most = LEVELS.indexOf(String(level));
  const messages = use.session.logged(page).filter((each) => LEVELS.indexOf(each.level) <= most);
  return filed(use, messages.map((each) => `[${each.level}] ${each.text}`).join('\n') || 'no messages', filename);
};

/** Of which successful ones are left out unless all are wanted. */
const STATIC = new Set(['image', 'font', 'script', 'stylesheet', 'media', 'manifest']);

export const networkRequests: Tool = async (use, { static: all, filter, filename }) => {
  const page = pageOf(use);
  const wanted = filter === undefined ? undefined : String(filter);
  const requests = use.session.asked(page).filter(({ url, type, status }) => {
    if (all !== true && STATIC.has(type) && status !== undefined && status < 400) return false;
    return wanted === undefined || url.includes(wanted);
  });
  const lines = requests.map(({ method, url, status }) => `${method} ${url} => ${status ?? 'failed'}`);
  return filed(use, lines.join('\n') || 'no requests', filename);
};

/** In the text of the run, or as a file of it. */
async function filed(use: ToolUse, content: string, filename: unknown): Promise<string> {
  return filename === undefined ? content : save(use, Buffer.from(content), String(filename));
}

async function save({ work }: ToolUse, bytes: Uint8Array, wanted: string): Promise<string> {
  const { path, name } = work.place(wanted);
  await writeFile(path, bytes, { mode: 0o600 });
  work.made(name);
  return `saved as ${name}`;
}

function typeOf(filename: unknown): string | undefined {
  const end = /\.(png|jpe?g|webp)$/i.exec(String(filename ?? ''))?.[1]?.toLowerCase();
  return end === 'jpg' ? 'jpeg' : end;
}
