// A real browser, pages that the test serves, and runs as the engine makes them: inspected, prepared, shown and carried out.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../src/core/actions.ts';
import type { BrowserAction, BrowserStep, BrowserTool } from '../../../src/core/browser.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { Outcome } from '../../../src/engine/executor-ports.ts';
import {
  type BrowserExecutor,
  type BrowserOptions,
  createBrowserExecutor,
} from '../../../src/routes/desktop/browser-automation/browser-executor.ts';
import { type RecordedExecution, recordExecution } from '../../helpers/execution.ts';

const HOST = new URL('../../../src/routes/desktop/browser-automation/browser-host.ts', import.meta.url);
const RUN = '0123456789abcdef' as RunId;

export interface Finished {
  readonly outcome: Outcome;
  readonly text: string;
  /** What the run left, by name. */
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface Stage {
  readonly executor: BrowserExecutor;
  readonly home: string;
  readonly profiles: string;
  /** What the executor told of as a fault. */
  readonly faults: string[];
  readonly prepare: (action: BrowserAction) => Promise<Plan>;
  readonly start: (
    action: BrowserAction,
    plan: Plan,
  ) => { readonly recording: RecordedExecution; readonly finished: Promise<Finished> };
  /** All of it. */
  readonly run: (...steps: BrowserStep[]) => Promise<Finished>;
  readonly runAction: (action: BrowserAction) => Promise<Finished>;
  readonly close: () => Promise<void>;
}

export function step(tool: BrowserTool, params: BrowserStep['params'] = {}): BrowserStep {
  return { tool, params };
}

export function browse(...steps: BrowserStep[]): BrowserAction {
  return { kind: 'browser', steps };
}

export interface StageOptions {
  readonly settings?: Partial<BrowserOptions['settings']>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly hide?: readonly string[];
  /** Where profiles are from a stage before. */
  readonly base?: string;
}

export function openStage({ settings = {}, secrets = {}, hide = [], base }: StageOptions = {}): Stage {
  const folder = base ?? realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-browser-')));
  const home = join(folder, 'home');
  const profiles = join(folder, 'profiles');
  mkdirSync(home, { recursive: true });
  const faults: string[] = [];
  const { DISPLAY: _screen, WAYLAND_DISPLAY: _other, ...env } = process.env;
  const executor = createBrowserExecutor({
    device: 'device' as DeviceId,
    home,
    slots: 4,
    sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
    env,
    hostUrl: HOST,
    profiles,
    secrets: {
      names: () => Object.keys(secrets),
      async read(names) {
        return Object.fromEntries(
          names.map((name) => {
            const value = secrets[name];
            if (value === undefined) throw new DispatchError('not-found', `no secret is called ${name}`);
            return [name, value];
          }),
        );
      },
    },
    folders: () => [home],
    own: [profiles],
    hide,
    settings: {
      headless: 'auto',
      idleMs: 600_000,
      stepTimeoutMs: 15_000,
      sites: { allowed: [], denied: [] },
      ...settings,
    },
    onFault: (what) => faults.push(what),
  });

  const prepare = async (action: BrowserAction): Promise<Plan> => {
    const inspected = await executor.inspect(action);
    if (!inspected.ok) throw new Error(inspected.reason);
    const prepared = await executor.prepare(RUN, action, 'full-access');
    if (!prepared.ok) throw new Error(prepared.reason);
    return prepared.plan;
  };

  const start: Stage['start'] = (action, plan) => {
    const recording = recordExecution(RUN);
    const finished = executor.execute(action, plan, recording.context).then((outcome) => {
      const left = recording.artifactsDir;
      const files = readdirSync(left).map((name) => [name, readFileSync(join(left, name))] as const);
      recording.cleanUp();
      return { outcome, text: recording.text(), files: Object.fromEntries(files) };
    });
    return { recording, finished };
  };

  const runAction = async (action: BrowserAction): Promise<Finished> => start(action, await prepare(action)).finished;
  return {
    executor,
    home,
    profiles,
    faults,
    prepare,
    start,
    runAction,
    run: (...steps) => runAction(browse(...steps)),
    async close() {
      await executor.close();
      if (base === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Processes of the browser that has this profile folder: the first of them, without those that it started itself. */
export function browserProcesses(profile: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const isIt = words.includes(`--user-data-dir=${profile}`) && !words.some((word) => word.startsWith('--type='));
      return isIt ? [Number(name)] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
