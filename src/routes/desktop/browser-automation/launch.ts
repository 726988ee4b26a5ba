/** Starts the installed browser with a profile of its own, held to the sites that it may reach. */

import { mkdir } from 'node:fs/promises';
import { type BrowserContext, chromium } from 'playwright-core';
import { DispatchError } from '../../../core/errors.ts';
import type { SessionSettings } from './session-settings.ts';
import { asPage, createSites, type Sites } from './sites.ts';

const VIEWPORT = { width: 1280, height: 800 };
const START_MS = 30_000;

export interface Launched {
  readonly context: BrowserContext;
  readonly headless: boolean;
}

/** Throws `unavailable` where it does not start. */
export async function launch(settings: SessionSettings): Promise<Launched> {
  const sites = createSites(settings.sites);
  await mkdir(settings.profile, { recursive: true, mode: 0o700 });
  for (const headless of ways(settings.headless)) {
    try {
      const context = await start(settings, sites, headless);
      await hold(context, sites);
      return { context, headless };
    } catch (error) {
      if (!headless && settings.headless === 'auto') continue; // a screen that is named need not be there
      throw new DispatchError('unavailable', `the browser did not start: ${firstLine(error)}`, {
        hint: `see "dispatch doctor", and whether another program uses ${settings.profile}`,
        cause: error,
      });
    }
  }
  throw new Error('no way to start the browser was tried');
}

function ways(headless: boolean | 'auto'): readonly boolean[] {
  if (headless !== 'auto') return [headless];
  return hasScreen() ? [false, true] : [true];
}

function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

function start({ profile, program, stepTimeoutMs }: SessionSettings, sites: Sites, headless: boolean) {
  return chromium
    .launchPersistentContext(profile, {
      executablePath: program,
      headless,
      // The browser's own sandbox does not start as root (--no-sandbox is what Chromium asks for there).
      chromiumSandbox: process.getuid?.() !== 0,
      serviceWorkers: 'block',
      acceptDownloads: true,
      viewport: VIEWPORT,
      timeout: START_MS,
      args: [
        `--host-resolver-rules=${sites.resolverRules}`,
        // What does not go through look-ups of names must not go around them.
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
        '--no-first-run',
        '--hide-crash-restore-bubble',
      ],
    })
    .then((context) => {
      context.setDefaultTimeout(stepTimeoutMs);
      context.setDefaultNavigationTimeout(stepTimeoutMs);
      return context;
    });
}

/** Requests by scheme and port as well, which look-ups of names do not know. */
async function hold(context: BrowserContext, sites: Sites): Promise<void> {
  if (!sites.looksAtRequests) return;
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && sites.whyNot(url.href) !== undefined,
    (route) => route.abort('blockedbyclient'),
  );
  await context.routeWebSocket(
    (url) => sites.whyNot(asPage(url.href)) !== undefined,
    (socket) => socket.close({ code: 1008, reason: 'this site may not be reached' }),
  );
}

function firstLine(error: unknown): string {
  const line = String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
  return line.replace(/^[\w.]+: /, '').slice(0, 300);
}
