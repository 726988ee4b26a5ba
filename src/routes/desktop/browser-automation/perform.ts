/**
 * Does the steps of a run one after the other. Before each it looks where the page is, and ends where that is not what was approved; the
 * first step that fails ends the run. However it is stopped, nothing goes on in the page: its browser ends.
 */

import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import { accessOfStep, type BrowserStep } from '../../../core/browser.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { Telling } from '../host/messages.ts';
import type { PerformedSteps } from '../host/steps.ts';
import { quote } from '../quote.ts';
import { checkSteps } from './check-steps.ts';
import { createMask, frame } from './page-text.ts';
import { shortSentence } from './sentences.ts';
import { createPlaces, type Session, type Work } from './session.ts';
import type { SessionSettings, Upload } from './session-settings.ts';
import type { SessionUse } from './sessions.ts';
import { BLANK, isSameSite, originOf, pageId } from './sites.ts';
import { reasonOf, type ToolUse } from './tools/tool.ts';
import { TOOLS } from './tools/tools.ts';

export interface Performance {
  readonly settings: SessionSettings;
  readonly steps: readonly BrowserStep[];
  /** For each step the origin that it may touch; empty where it touches none. */
  readonly approved: readonly string[];
  /** For each step the page that must still be open, as `pageId` names it; empty where any page of that site may. */
  readonly pages: readonly string[];
  /** Sites of tabs that may be told of. */
  readonly told: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  /** By step, counted from 0. */
  readonly uploads: Readonly<Record<number, readonly Upload[]>>;
  readonly folder: string;
}

/** Of what a page says, in UTF-16 units: more is no text that anybody reads. */
const MOST_KEPT = 20_000_000;
/** What was given up has that long to stop, before its browser is ended. */
const GIVE_UP_MS = 2000;

export async function perform(
  { settings, steps: given, approved, pages, told, secrets, uploads, folder }: Performance,
  use: SessionUse,
  telling: Telling,
  signal: AbortSignal,
): Promise<PerformedSteps> {
  const checked = checkSteps(given, Object.keys(secrets));
  if (!checked.ok) return { kind: 'problem', refused: false, message: checked.problem };
  const { steps } = checked;
  const mask = createMask(secrets);
  const place = createPlaces(folder);
  const files: string[] = [];
  const work: Work = {
    place,
    made(name) {
      files.push(name);
      telling.file(name, {});
    },
    print: (line) => telling.print(`   ${mask(line)}\n`),
  };
  /** A page's text as it may be printed; what is too long is kept whole as a file. */
  const show = async (text: string): Promise<void> => {
    const framed = frame(mask(text));
    if (framed.text !== '') telling.print(framed.text);
    if (!framed.cut) return;
    const whole = place('text.txt');
    await writeFile(whole.path, mask(text).slice(0, MOST_KEPT), { mode: 0o600 });
    work.made(whole.name);
    const has = text.length > MOST_KEPT ? `the first ${MOST_KEPT} of ${text.length}` : `all ${text.length}`;
    telling.print(`   the rest is left out here: ${whole.name} has ${has} characters\n`);
  };

  let session: Session | undefined;
  const doOne = async (step: BrowserStep, at: number): Promise<void> => {
    signal.throwIfAborted();
    const text = mask(shortSentence(step));
    telling.step(at + 1, text);
    telling.print(`[${at + 1}/${steps.length}] ${text}\n`);
    if (step.tool === 'browser_close' || step.tool === 'dispatch_forget') {
      await session?.finish(settings.stepTimeoutMs, signal);
      await use.end();
      session = undefined;
      if (step.tool === 'dispatch_forget') await rm(settings.profile, { recursive: true, force: true, maxRetries: 5 });
      return;
    }
    session = await use.session();
    session.begin(work);
    const site = approved[at] || originOf(String(step.params.url)) || '';
    const mayTell = (page: Page | undefined): boolean => isThere(page, site);
    requireAnswered(session, step, mayTell);
    requireSamePage(session.page(), pages[at] ?? '');
    const over = new AbortController();
    const toolUse: ToolUse = {
      session,
      work,
      signal: AbortSignal.any([signal, session.gone, over.signal]),
      timeoutMs: settings.stepTimeoutMs,
      secrets,
      uploads: uploads[at] ?? [],
      check: (page) => requirePlace(page, approved[at] ?? ''),
      checkFrame: (frame) => requireFrame(frame, approved[at] ?? ''),
      mayTell: (origin) => told.includes(origin) || (site !== '' && isSameSite(site, origin)),
    };
    const done = doTool(step, toolUse);
    const left = new AbortController();
    const leave = (): void => {
      left.abort();
      over.abort(new DispatchError('cancelled', 'the page asked something'));
    };
    const outcome = await withDialog(session, within(toolUse, done, { over, left: left.signal, use }), {
      mayTell,
      leave,
    });
    await show(outcome);
  };

  try {
    for (const [at, step] of steps.entries()) {
      try {
        await doOne(step, at);
      } catch (error) {
        if (signal.aborted) throw error;
        const problem = session?.gone.aborted && !(error instanceof DispatchError) ? session.gone.reason : error;
        return problemOf(problem, { at, count: steps.length, tool: step.tool, mask });
      }
    }
    await session?.finish(settings.stepTimeoutMs, signal);
    return { kind: 'done', files };
  } finally {
    if (signal.aborted) await use.end();
    await session?.finish(0, signal);
  }
}

/** What is done to a page may lead to another one: the step is over when that is there. */
async function doTool({ tool, params }: BrowserStep, use: ToolUse): Promise<string> {
  const outcome = await TOOLS[tool as keyof typeof TOOLS](use, params);
  if (staysOnPage({ tool, params })) return outcome;
  const page = use.session.page();
  if (page !== undefined)
    await use.session.settled(page, AbortSignal.any([use.signal, AbortSignal.timeout(use.timeoutMs)]));
  return outcome;
}

/** Pages are left by clicks, keys and choices. One that leaves because of a text in a field is met by the next step, which looks where it is. */
function staysOnPage(step: BrowserStep): boolean {
  if (accessOfStep(step) === 'read-only') return true;
  return step.tool === 'browser_fill_form' || (step.tool === 'browser_type' && step.params.submit !== true);
}

/** A page that asks something holds up everything else in it. */
function requireAnswered(session: Session, { tool }: BrowserStep, mayTell: (page: Page | undefined) => boolean): void {
  const dialog = session.dialog();
  if (dialog === undefined || tool === 'browser_handle_dialog' || tool === 'browser_tabs') return;
  throw new DispatchError(
    'conflict',
    `the page waits for an answer${mayTell(session.page()) ? `: ${dialog.type()} ${quote(dialog.message(), 300)}` : ''}`,
    {
      hint: 'answer it with browser_handle_dialog, or end it with browser_close',
    },
  );
}

/** A dialog that the step brings up ends it: its answer is a step of its own. */
async function withDialog(
  session: Session,
  work: Promise<string>,
  { mayTell, leave }: { mayTell: (page: Page | undefined) => boolean; leave: () => void },
): Promise<string> {
  const open = session.dialog();
  if (open !== undefined) return work;
  const asked = session.asks().then((dialog) => {
    leave();
    const said = mayTell(session.page()) ? `: ${dialog.type()} ${quote(dialog.message(), 300)}` : '';
    return `the page asks, and waits for an answer${said}`;
  });
  work.catch(() => {}); // where a dialog came first, that is how the step ended
  return Promise.race([work, asked]);
}

/** Not all calls end by a signal. What takes too long is given up, and the browser with it where it goes on all the same. */
async function within(
  { signal, timeoutMs }: ToolUse,
  work: Promise<string>,
  { over, left, use }: { over: AbortController; left: AbortSignal; use: SessionUse },
): Promise<string> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason);
  const tooLong = new DispatchError('unavailable', `it took longer than ${timeoutMs / 1000} s`, {
    hint: 'raise [browser] step_time, or see what the page does',
  });
  const timer = setTimeout(() => over.abort(tooLong), timeoutMs + 1000);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } catch (error) {
    if (left.aborted) throw error;
    over.abort(error);
    const settled = work.then(
      () => true,
      () => true,
    );
    if (!(await Promise.race([settled, delay(GIVE_UP_MS, false)]))) await use.end();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** A run may have been asked about while one page of a site was open, and begin when another one is. */
function requireSamePage(page: Page | undefined, approved: string): void {
  if (approved === '' || page === undefined || pageId(page.url()) === approved) return;
  throw new DispatchError('refused', 'another page is open now than the one that was approved', {
    hint: 'look at it, and start over from there',
  });
}

function isThere(page: Page | undefined, site: string): boolean {
  const now = page === undefined ? undefined : originOf(page.url());
  return site !== '' && now !== undefined && isSameSite(site, now);
}

/** A page can hold pages of others. What has no site of its own has that of what it is in. */
function requireFrame(frame: Frame | null, approved: string): void {
  let from = frame;
  while (from !== null && originOf(from.url()) === undefined) from = from.parentFrame();
  const origin = from === null ? undefined : originOf(from.url());
  if (origin !== undefined && approved !== '' && isSameSite(approved, origin)) return;
  throw new DispatchError(
    'refused',
    `it is in a frame of ${origin ?? 'another site'}, and what was approved is for ${approved || 'no page'}`,
    {
      hint: 'open that page itself',
    },
  );
}

function requirePlace(page: Page, approved: string): void {
  const now = originOf(page.url()) ?? BLANK;
  if (page.url().startsWith('chrome-error:'))
    throw new DispatchError('unavailable', 'the page could not be loaded', { hint: 'see whether its site is there' });
  if (now === BLANK) throw new DispatchError('not-found', 'no page is open', { hint: 'begin with browser_navigate' });
  if (approved !== '' && isSameSite(approved, now)) return;
  throw new DispatchError('refused', `the page is at ${now}, and what was approved is for ${approved || 'no page'}`, {
    hint: 'look where it is, and start over from there',
  });
}

function problemOf(
  error: unknown,
  { at, count, tool, mask }: { at: number; count: number; tool: string; mask: (text: string) => string },
): PerformedSteps {
  const known = error instanceof DispatchError;
  const message = known ? error.message : reasonOf(error);
  const advice = known && error.hint !== undefined ? `; ${error.hint}` : '';
  const rest = at + 1 === count ? '' : '; the steps after it were not done';
  return {
    kind: 'problem',
    refused: known && error.code === 'refused',
    message: mask(`step ${at + 1}, ${tool}: ${message}${advice}${rest}`),
  };
}
