// The dashboard as a program: screen, update, effects and streams wired together. It draws when something changed, once a
// turn of the event loop at most, and sleeps when nothing moves.

import { homedir } from 'node:os';
import type { ThemeChoice } from '../../core/theme-names.ts';
import type { Message, MessageBody } from '../model/messages.ts';
import { createModel, type Model } from '../model/model.ts';
import { createRunner } from '../runners/effect-runner.ts';
import { CellGrid } from '../terminal/cells.ts';
import { detectTheme, terminalBackground } from '../terminal/detect-theme.ts';
import type { TerminalScreen } from '../terminal/screen.ts';
import type { Theme } from '../terminal/theme.ts';
import { update } from '../update/update.ts';
import { render } from '../views/render.ts';
import { createDraftKeeper } from './draft-file.ts';
import { createFrames } from './frames.ts';
import { createTypedHistory } from './history-file.ts';
import { type Connect, openLink } from './link.ts';
import { createOutputStreams } from './output-streams.ts';
import { subscriptions } from './subscriptions.ts';
import { createUsesFile } from './uses-file.ts';
import { windowTitle } from './window-title.ts';

export interface DashboardOptions {
  /** Gives a client of the peer; called again after each lost connection. */
  readonly connect: Connect;
  readonly openScreen: (options: { mouse: boolean; env: NodeJS.ProcessEnv }) => TerminalScreen;
  readonly env: NodeJS.ProcessEnv;
  /** Makes the id of a request. */
  readonly newId: () => string;
  /** Where tasks on this device run. */
  readonly cwd: string;
  /** Gives an address to the browser of the person; absent where there is no display. */
  readonly openAddress?: (address: string) => Promise<void>;
  /** Opens the editor of the person on a file, in this terminal, and gives its exit status. */
  readonly runEditor?: (path: string) => Promise<number>;
  readonly mouse?: boolean;
  /** What the terminal's background is; absent: the terminal is asked. */
  readonly background?: 'dark' | 'light';
  /** Ring when an approval begins to wait. */
  readonly bell?: boolean;
  /** `auto` if absent. */
  readonly theme?: ThemeChoice;
  /** Draw with ASCII alone. */
  readonly ascii?: boolean;
  /** Where what is typed and not sent is kept; nowhere if absent. */
  readonly draftsFolder?: string;
  /** Where typed tasks are remembered; nowhere if absent. */
  readonly historyFile?: string;
  /** Where is counted what the palette is used for; nowhere if absent. */
  readonly usesFile?: string;
}

/** Resolves when the person leaves. The terminal is then as it was. */
export function runDashboard(options: DashboardOptions): Promise<void> {
  const { env, cwd, mouse = true } = options;
  const screen = options.openScreen({ mouse, env });
  const home = env.HOME ?? homedir();
  const { theme = 'auto' } = options;
  const background = options.background ?? terminalBackground(env);
  const history = createTypedHistory(options.historyFile);
  const uses = createUsesFile(options.usesFile);
  const drafts = createDraftKeeper(options.draftsFolder);
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  let model: Model = createModel({
    size: screen.size,
    now: Date.now(),
    clock: performance.now(),
    settings: { mouse, theme, background, cwd, home, opener: options.openAddress !== undefined },
  });
  const frames = createFrames(createDraw(screen, () => model, options));
  let alarm: NodeJS.Timeout | undefined;
  let alarmAt: number | undefined;
  let left = false;

  const settle = (): void => {
    const wanted = subscriptions(model);
    streams.reconcile(wanted, link.client);
    if (wanted.wakeAt === alarmAt) return;
    clearTimeout(alarm);
    alarmAt = wanted.wakeAt;
    alarm = alarmAt === undefined ? undefined : setTimeout(onAlarm, Math.max(0, alarmAt - Date.now()));
  };
  const onAlarm = (): void => {
    alarmAt = undefined;
    tell({ type: 'tick' });
  };
  const tell = (body: MessageBody): void => {
    if (left) return;
    try {
      const message: Message = { ...body, at: Date.now(), clock: performance.now() };
      const before = model;
      const { model: next, effects } = update(model, message);
      model = next;
      for (const effect of effects) perform(effect);
      if (model !== before) {
        drafts.keep({ text: model.composer.editor.text, waiting: model.composer.waiting });
        screen.setTitle(windowTitle(model));
        settle();
        frames.request(body.type);
      }
    } catch (error) {
      leave();
      reject(error);
    }
  };
  const leave = (): void => {
    if (left) return;
    left = true;
    drafts.flush();
    clearTimeout(alarm);
    frames.close();
    streams.close();
    link.close();
    screen.close();
  };

  const streams = createOutputStreams(tell);
  screen.onInput((event, raw, alone) => {
    // What was said of the background holds, whatever the terminal answers.
    if (event.type === 'reply' && options.background !== undefined) return;
    tell({ type: 'input', event, raw, ...(alone ? {} : { burst: true }) });
  });
  screen.onResize((size) => tell({ type: 'resized', size }));
  screen.setTitle(windowTitle(model));
  frames.now();
  // The first frame stands before anything is asked for.
  const link = openLink(options.connect, tell);
  const perform = createRunner({
    screen,
    client: () => link.client,
    startPeer: () => link.startPeer(),
    streams,
    tell,
    quit: () => {
      leave();
      void Promise.all([history.written(), uses.written()]).then(() => resolve());
    },
    history,
    uses,
    newId: options.newId,
    cwd,
    home,
    openAddress: options.openAddress,
    runEditor: options.runEditor,
    bell: options.bell !== false,
  });
  void drafts.take((draft) => tell({ type: 'draft', draft }));
  void history.load().then((lines) => {
    if (lines.length > 0) tell({ type: 'history', lines });
  });
  void uses.load().then((known) => {
    if (known.size > 0) tell({ type: 'uses', uses: known });
  });
  settle();
  return promise;
}

/** Draws the model as it is then. */
function createDraw(screen: TerminalScreen, current: () => Model, options: DashboardOptions): () => void {
  let grid: CellGrid | undefined;
  let theme: Theme | undefined;
  let drawnIn: Model['settings'] | undefined;

  return () => {
    const model = current();
    const { width, height } = model.size;
    const { theme: name, background } = model.settings;
    if (theme === undefined || name !== drawnIn?.theme || background !== drawnIn.background)
      theme = detectTheme(options.env, { name, background, ascii: options.ascii });
    drawnIn = model.settings;
    if (grid === undefined || grid.width !== width || grid.height !== height) grid = new CellGrid(width, height);
    render(model, theme, grid);
    screen.present(grid);
  };
}
