/**
 * A browser with its pages, which stays from run to run: which tab is looked at, the dialog that waits, what pages have logged and asked
 * for. What comes without being asked for (windows, downloads, dialogs) is bounded.
 */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, ConsoleMessage, Dialog, Download, FileChooser, Page, Request } from 'playwright-core';
import { DispatchError } from '../../../core/errors.ts';
import { quote } from '../quote.ts';
import type { Launched } from './launch.ts';
import type { OpenPages } from './places.ts';
import { BLANK, originOf, pageId } from './sites.ts';

/** A page that is led elsewhere asks for the other one within that, mostly. */
const SETTLE_MS = 15;
const MOST_TABS = 30;
const MOST_KEPT = 1000;
const MOST_DOWNLOADS = 50;

/** The run that has the session now. */
export interface Work {
  /** An absolute path for a new file of that name, which no other has. */
  place(name: string): { readonly path: string; readonly name: string };
  /** A file has come to be at such a path. */
  made(name: string): void;
  print(line: string): void;
}

export interface Logged {
  readonly level: 'error' | 'warning' | 'info' | 'debug';
  readonly text: string;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly type: string;
  readonly status: number | undefined;
}

export interface Session {
  readonly context: BrowserContext;
  readonly headless: boolean;
  /** Aborts when the browser has gone. */
  readonly gone: AbortSignal;
  /** The tab that steps are about; undefined if all were closed. */
  page(): Page | undefined;
  /** Throws `not-found`. */
  select(index: number): Page;
  open(): Promise<Page>;
  pages(): readonly Page[];
  origins(): OpenPages;
  /** Asked by that tab and not answered. */
  dialog(): Dialog | undefined;
  answered(dialog: Dialog): void;
  /** Resolves when that tab asks. */
  asks(): Promise<Dialog>;
  chooser(): FileChooser | undefined;
  chosen(): void;
  /** Waits until the page is where what was done to it has led, or the signal aborts. */
  settled(page: Page, signal: AbortSignal): Promise<void>;
  logged(page: Page): readonly Logged[];
  asked(page: Page): readonly Asked[];
  begin(work: Work): void;
  /** Waits for what is being downloaded, so long; what takes longer is stopped. */
  finish(withinMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface Tab {
  /** On its way to another document. */
  leaving: boolean;
  logged: Logged[];
  asked: Asked[];
  dialog?: Dialog | undefined;
}

export function createSession({ context, headless }: Launched): Session {
  const tabs = new Map<Page, Tab>();
  const gone = new AbortController();
  const downloads = new Map<Download, Promise<void>>();
  let current: Page | undefined;
  let chooser: FileChooser | undefined;
  let work: Work | undefined;
  let waiting: ((dialog: Dialog) => void)[] = [];

  const ask = (page: Page, asking: Dialog): void => {
    const tab = tabs.get(page);
    // It would hold up the pages that can reach it, and nobody could answer it.
    if (tab === undefined || page !== current) return void asking.dismiss().catch(() => {});
    tab.dialog = asking;
    const told = waiting;
    waiting = [];
    for (const tell of told) tell(asking);
  };

  const currentDialog = (): Dialog | undefined => (current === undefined ? undefined : tabs.get(current)?.dialog);

  const download = (page: Page, coming: Download): void => {
    if (work !== undefined && page !== current) work.print('a download of another tab is not taken');
    if (work === undefined || page !== current || downloads.size >= MOST_DOWNLOADS) {
      void coming.cancel().catch(() => {});
      return;
    }
    const { print, place, made } = work;
    const target = place(fileName(coming.suggestedFilename()));
    print(
      `a download began: ${target.name}, from ${quote(originOf(coming.url()) ?? originOf(page.url()) ?? 'the page', 200)}`,
    );
    const done = coming
      .saveAs(target.path)
      .then(() => made(target.name))
      .catch(async () =>
        print(`${target.name} was not downloaded: ${quote((await coming.failure().catch(() => null)) ?? 'it ended')}`),
      )
      .finally(() => coming.delete().catch(() => {}));
    downloads.set(coming, done);
  };

  const take = (page: Page): void => {
    if (tabs.size >= MOST_TABS) {
      void page.close().catch(() => {});
      return;
    }
    const tab: Tab = { leaving: false, logged: [], asked: [] };
    tabs.set(page, tab);
    current ??= page;
    page.on('dialog', (asking) => ask(page, asking));
    // Nothing can be done with it any more.
    page.on('crash', () => void page.close().catch(() => {}));
    page.on('filechooser', (opened) => {
      chooser = opened;
    });
    page.on('download', (coming) => download(page, coming));
    page.on('console', (message) => keep(tab.logged, { level: levelOf(message), text: message.text().slice(0, 2000) }));
    page.on('pageerror', (error) => keep(tab.logged, { level: 'error', text: String(error).slice(0, 2000) }));
    page.on('request', (request) => {
      if (!isLeaving(page, request)) return;
      tab.leaving = true;
      if (request.redirectedFrom() === null) tab.asked = [];
    });
    page.on('requestfinished', (request) => void answered(tab, request));
    page.on('requestfailed', (request) => {
      if (isLeaving(page, request)) tab.leaving = false;
      keep(tab.asked, described(request, undefined));
    });
    page.on('framenavigated', (frame) => {
      if (frame !== page.mainFrame()) return;
      tab.leaving = false;
      tab.logged = [];
    });
    page.on('close', () => {
      tabs.delete(page);
      if (current === page) current = [...tabs.keys()].at(-1);
    });
  };

  for (const page of context.pages()) take(page);
  context.on('page', take);
  context.on('close', () => gone.abort(new DispatchError('unavailable', 'the browser ended', { hint: 'start over' })));

  return {
    context,
    headless,
    gone: gone.signal,
    page: () => current,
    select(index) {
      const page = [...tabs.keys()][index];
      if (page === undefined)
        throw new DispatchError('not-found', `there is no tab ${index}`, { hint: 'list them with browser_tabs' });
      current = page;
      return page;
    },
    async open() {
      const page = await context.newPage();
      if (!tabs.has(page)) throw new DispatchError('too-large', `${MOST_TABS} tabs are open`, { hint: 'close some' });
      current = page;
      return page;
    },
    pages: () => [...tabs.keys()],
    origins: () => ({
      origins: [...tabs.keys()].map((page) => originOf(page.url()) ?? BLANK),
      pages: [...tabs.keys()].map((page) => pageId(page.url())),
      current: current === undefined ? -1 : [...tabs.keys()].indexOf(current),
    }),
    dialog: currentDialog,
    answered(given) {
      for (const tab of tabs.values()) if (tab.dialog === given) tab.dialog = undefined;
    },
    asks() {
      const asking = currentDialog();
      return asking === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(asking);
    },
    chooser: () => chooser,
    chosen() {
      chooser = undefined;
    },
    async settled(page, signal) {
      await delay(SETTLE_MS);
      if (tabs.get(page)?.leaving !== true) return;
      const over = { signal, timeout: 0 };
      await Promise.race([
        page.waitForEvent('framenavigated', { ...over, predicate: (frame) => frame === page.mainFrame() }),
        page.waitForEvent('requestfailed', { ...over, predicate: (request) => isLeaving(page, request) }),
      ]).catch(() => {}); // what comes next says what is wrong with the page
      await page.waitForLoadState('domcontentloaded', over).catch(() => {});
    },
    logged: (page) => tabs.get(page)?.logged ?? [],
    asked: (page) => tabs.get(page)?.asked ?? [],
    begin(begun) {
      work = begun;
    },
    async finish(withinMs, signal) {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
      const cancel = (): void => {
        for (const coming of downloads.keys()) void coming.cancel().catch(() => {});
      };
      if (stop.aborted) cancel();
      else stop.addEventListener('abort', cancel, { once: true });
      await Promise.all(downloads.values());
      stop.removeEventListener('abort', cancel);
      downloads.clear();
      work = undefined;
      waiting = [];
    },
    async close() {
      await context.close().catch(() => {});
    },
  };
}

function isLeaving(page: Page, request: Request): boolean {
  return request.isNavigationRequest() && request.frame() === page.mainFrame();
}

async function answered(tab: Tab, request: Request): Promise<void> {
  const status = await request
    .response()
    .then((response) => response?.status())
    .catch(() => undefined);
  keep(tab.asked, described(request, status));
}

function described(request: Request, status: number | undefined): Asked {
  return { method: request.method(), url: request.url().slice(0, 2000), type: request.resourceType(), status };
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MOST_KEPT) list.shift();
}

function levelOf(message: ConsoleMessage): Logged['level'] {
  const type = message.type();
  if (type === 'error' || type === 'assert') return 'error';
  if (type === 'warning') return 'warning';
  return type === 'debug' ? 'debug' : 'info';
}

/** The last name, and nothing that hides: a page chose it. */
function fileName(suggested: string): string {
  const last = suggested.split(/[/\\]/).at(-1) ?? '';
  const name = last
    .replace(/[^\p{L}\p{N}_ .()-]/gu, '_')
    .replace(/^[ .]+/, '')
    .slice(0, 100);
  return name === '' ? 'download' : name;
}

/** Names in the folder of a run: each once. */
export function createPlaces(folder: string): Work['place'] {
  const taken = new Set<string>();
  return (wanted) => {
    const dot = wanted.lastIndexOf('.');
    const [stem, end] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ''];
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${stem}-${n}${end}`;
    taken.add(name);
    return { path: join(folder, name), name };
  };
}
