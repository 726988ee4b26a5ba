// A screen, an executor that drives it, and runs on it as the engine makes them: inspected, prepared, shown and carried out.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../src/core/actions.ts';
import type { DesktopAction, DesktopStep } from '../../../src/core/desktop.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { Outcome } from '../../../src/engine/executor-ports.ts';
import {
  createDesktopExecutor,
  type DesktopExecutor,
} from '../../../src/routes/desktop/desktop-automation/desktop-executor.ts';
import { type RecordedExecution, recordExecution } from '../../helpers/execution.ts';
import { until } from '../../helpers/until.ts';
import { startXServer, type XServer, type XServerOptions } from '../../helpers/x-server.ts';

const HOST = new URL('../../../src/routes/desktop/desktop-automation/desktop-host.ts', import.meta.url);
const RUN = '0123456789abcdef' as RunId;

export interface Finished {
  readonly outcome: Outcome;
  readonly text: string;
  /** What the run left, by name. */
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface Started {
  readonly recording: RecordedExecution;
  readonly finished: Promise<Finished>;
}

export interface Screen {
  readonly x: XServer;
  readonly executor: DesktopExecutor;
  /** What the executor told of as a fault. */
  readonly faults: string[];
  /** As a person would be asked about it. Throws where it is refused. */
  readonly prepare: (...steps: DesktopStep[]) => Promise<Plan>;
  readonly start: (plan: Plan, steps: readonly DesktopStep[]) => Started;
  /** All of it. */
  readonly run: (...steps: DesktopStep[]) => Promise<Finished>;
  /** Starts a program and waits for a window with that title. */
  readonly open: (title: string, program: string, ...args: string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function desktop(...steps: DesktopStep[]): DesktopAction {
  return { kind: 'desktop', steps };
}

export function createExecutor(env: NodeJS.ProcessEnv, onFault: (what: string) => void = () => {}): DesktopExecutor {
  return createDesktopExecutor({
    device: 'device' as DeviceId,
    sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
    env,
    hostUrl: HOST,
    settings: {},
    onFault,
  });
}

export function startRun(executor: DesktopExecutor, plan: Plan, steps: readonly DesktopStep[]): Started {
  const recording = recordExecution(RUN);
  const finished = executor.execute(desktop(...steps), plan, recording.context).then((outcome) => {
    const folder = recording.artifactsDir;
    const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
    recording.cleanUp();
    return { outcome, text: recording.text(), files: Object.fromEntries(files) };
  });
  return { recording, finished };
}

export async function openScreen(options?: XServerOptions): Promise<Screen> {
  const x = await startXServer(options);
  const faults: string[] = [];
  const executor = createExecutor(x.env, (what) => faults.push(what));

  const prepare = async (...steps: DesktopStep[]): Promise<Plan> => {
    const inspected = await executor.inspect(desktop(...steps));
    if (!inspected.ok) throw new Error(inspected.reason);
    const prepared = await executor.prepare(RUN, desktop(...steps), 'full-access');
    if (!prepared.ok) throw new Error(prepared.reason);
    return prepared.plan;
  };

  return {
    x,
    executor,
    faults,
    prepare,
    start: (plan, steps) => startRun(executor, plan, steps),
    run: async (...steps) => startRun(executor, await prepare(...steps), steps).finished,
    async open(title, program, ...args) {
      x.start(program, ...args);
      await until(`window ${title}`, async () =>
        (await x.run('wmctrl', '-l').catch(() => '')).split('\n').some((line) => line.includes(title)),
      );
    },
    async close() {
      await executor.close();
      await x.close();
    },
  };
}

/** A terminal whose program writes down what it gets, byte for byte. */
export interface Sink {
  /** What has come so far. */
  readonly text: () => string;
  /** Resolves when that has come. */
  readonly got: (wanted: string | RegExp) => Promise<string>;
  readonly cleanUp: () => void;
}

/** Of the background of a sink. */
const SINK_COLOUR = '#123456';

/** `geometry` as xterm takes it; `modes` are terminal sequences that it is told first, such as those for reports of the mouse. */
export async function openSink(
  screen: Screen,
  title: string,
  { geometry = '60x12+20+40', modes = '' }: { readonly geometry?: string; readonly modes?: string } = {},
): Promise<Sink> {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-sink-'));
  const file = join(folder, 'bytes');
  const text = (): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const script = `stty raw -echo; printf '${modes}ready'; exec cat > "$0"`;
  // Without the menus of xterm itself, and with the escape that programs expect before a key that Alt is held with.
  const settings = ['-xrm', 'XTerm*omitTranslation: popup-menu', '-xrm', 'XTerm*metaSendsEscape: true'];
  const shown = ['-T', title, '-geometry', geometry, '-bg', SINK_COLOUR, ...settings];
  await screen.open(title, 'xterm', '-u8', ...shown, '-e', 'sh', '-c', script, file);
  await until(`program in ${title}`, () => readdirSync(folder).includes('bytes'));
  return {
    text,
    got: (wanted) =>
      until(`${String(wanted)} in what the terminal got (${JSON.stringify(text())})`, () => {
        const all = text();
        return (typeof wanted === 'string' ? all.includes(wanted) : wanted.test(all)) && all;
      }),
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What the clipboard holds, once it holds that. */
export async function clipboardHas(screen: Screen, selection: 'clipboard' | 'primary', wanted: string): Promise<void> {
  await until(`${JSON.stringify(wanted)} in the ${selection}`, async () => {
    const text = await screen.x.run('timeout', '2', 'xclip', '-o', '-selection', selection).catch(() => '');
    return text === wanted;
  });
}
