// What the executor and its process add to a step in the browser: the same calls made with playwright-core alone, on the same page in
// the same browser program, each in a browser of its own.
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { BrowserAction, BrowserStep } from '../../../src/core/browser.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import {
  type BrowserExecutor,
  createBrowserExecutor,
} from '../../../src/routes/desktop/browser-automation/browser-executor.ts';
import { findBrowser } from '../../../src/routes/desktop/browser-automation/find-browser.ts';
import { alternate } from '../harness/alternate.ts';
import { atMost, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { executionContext } from '../harness/execution-context.ts';
import { environment } from '../harness/processes.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const LIMIT_MS = 20;
const ROUNDS = 30;
/** Of one run: what a run costs once falls on each of them alike. */
const STEPS = 10;
const HOST = new URL('../../../dist/browser-host.js', import.meta.url);
const PAGE = `<!doctype html><title>Page</title><p>Some text</p><label>Name <input id="name"></label>
<button id="go" onclick="this.dataset.n = (+this.dataset.n || 0) + 1">Go</button>`;

interface Compared {
  readonly step: BrowserStep;
  readonly alone: (page: Page) => Promise<unknown>;
}

const COMPARED: Readonly<Record<string, Compared>> = {
  'read the text': {
    step: { tool: 'dispatch_text', params: {} },
    alone: (page) => page.locator('body').innerText(),
  },
  'a picture': {
    step: { tool: 'browser_take_screenshot', params: {} },
    alone: (page) => page.screenshot({ type: 'png', scale: 'css' }),
  },
  'fill in a field': {
    step: {
      tool: 'browser_fill_form',
      params: { fields: [{ name: 'Name', type: 'textbox', target: '#name', value: 'Ada' }] },
    },
    alone: (page) => page.locator('#name').fill('Ada'),
  },
  click: {
    step: { tool: 'browser_click', params: { target: '#go' } },
    alone: (page) => page.locator('#go').click(),
  },
};

export const browserStep: Benchmark = {
  name: 'browser-step',
  async run(context) {
    const found = await findBrowser({ env: environment() });
    if (!found.ok) {
      context.say(`browser-step: left out, as ${found.reason}`);
      return [];
    }
    const folder = makeTemporaryFolder('browser');
    const server = await serve();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const executor = createExecutor(realpathSync(folder.path));
    const browser = await chromium.launch({
      executablePath: found.program,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    try {
      const artifacts = join(realpathSync(folder.path), 'artifacts');
      const time = timer(executor, artifacts);
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(url);
      await time([{ tool: 'browser_navigate', params: { url } }]);
      const measures: Measure[] = [];
      for (const [name, { step, alone }] of Object.entries(COMPARED)) {
        const steps = Array.from({ length: STEPS }, () => step);
        const times = await alternate(
          {
            alone: async () => {
              const startedAt = performance.now();
              for (const _ of steps) await alone(page);
              return (performance.now() - startedAt) / STEPS;
            },
            ours: async () => (await time(steps)) / STEPS,
          },
          context.rounds(ROUNDS),
        );
        measures.push({
          name: `browser, ${name}, a step of ${STEPS}`,
          unit: 'ms',
          ours: times.ours,
          yardstick: { name: 'playwright-core alone', ...times.alone },
          target: atMost(times.ours.median - times.alone.median, LIMIT_MS, `≤ ${LIMIT_MS} ms more`),
        });
      }
      return measures;
    } finally {
      await browser.close();
      await executor.close();
      server.close();
      server.closeAllConnections();
      folder.remove();
    }
  },
};

async function serve(): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function createExecutor(base: string): BrowserExecutor {
  const home = join(base, 'home');
  for (const path of [home, join(base, 'artifacts')]) mkdirSync(path);
  const profiles = join(base, 'profiles');
  return createBrowserExecutor({
    device: 'bench' as DeviceId,
    home,
    slots: 1,
    sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
    env: environment(),
    hostUrl: HOST,
    profiles,
    secrets: { names: () => [], read: async () => ({}) },
    folders: () => [home],
    own: [profiles],
    hide: [],
    settings: { headless: true, idleMs: 600_000, stepTimeoutMs: 15_000, sites: { allowed: [], denied: [] } },
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
}

/** From the checked plan to the known end, in milliseconds. */
function timer(executor: BrowserExecutor, artifactsDir: string): (steps: readonly BrowserStep[]) => Promise<number> {
  let runs = 0;
  return async (steps) => {
    runs += 1;
    const run = `bench-${runs}` as RunId;
    const action: BrowserAction = { kind: 'browser', steps };
    const prepared = await executor.prepare(run, action, 'workspace-write');
    if (!prepared.ok) throw new Error(prepared.reason);
    const into = join(artifactsDir, run);
    mkdirSync(into);
    const startedAt = performance.now();
    const outcome = await executor.execute(action, prepared.plan, executionContext(run, into));
    if (outcome.kind !== 'exit' || outcome.exitCode !== 0) throw new Error(`it ended as ${JSON.stringify(outcome)}`);
    return performance.now() - startedAt;
  };
}
