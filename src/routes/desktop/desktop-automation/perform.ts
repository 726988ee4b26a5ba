/**
 * Does the steps of a run one after the other. Before each acting step it looks what that step would touch now, and ends where that is
 * not what was approved. However it ends, no key and no button stays down that was not down before.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acts, type DesktopStep } from '../../../core/desktop.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { Telling } from '../host/messages.ts';
import type { PerformedSteps } from '../host/steps.ts';
import { actOn } from './act.ts';
import type { Backend, Pressed } from './backend.ts';
import { readScreen } from './read-screen.ts';
import { sentence } from './sentences.ts';
import { bind, isApproved, liveView, type Target, targetsOf } from './targets.ts';
import { describeWindow } from './windows.ts';

export interface Performance {
  readonly steps: readonly DesktopStep[];
  /** For each step, what was approved that it touches, as `bind` writes it. */
  readonly approved: readonly (readonly string[])[];
  /** Pictures go there. */
  readonly folder: string;
}

/** Programs draw what was done to them a moment later. */
const SETTLE_MS = 300;

export async function perform(
  { steps, approved, folder }: Performance,
  backend: Backend,
  telling: Telling,
  stopped: AbortSignal,
): Promise<PerformedSteps> {
  const signal = AbortSignal.any([stopped, backend.gone]);
  const files: string[] = [];
  const before = await backend.pressed();
  const lastActing = steps.findLastIndex(acts);

  const write = async (name: string, png: Buffer): Promise<string> => {
    await writeFile(join(folder, name), png, { mode: 0o600 });
    files.push(name);
    telling.file(name, { kind: 'image', mimeType: 'image/png' });
    return name;
  };

  const keep = (kind: 'screenshot' | 'zoom', png: Buffer): Promise<string> => {
    const taken = files.filter((name) => name.startsWith(kind)).length;
    return write(`${kind}-${taken + 1}.png`, png);
  };

  /** So that what came of the acting can be seen. */
  const showResult = async (): Promise<void> => {
    await delay(SETTLE_MS, undefined, { signal });
    telling.print(`   ${await write('after.png', await backend.picture(signal))} shows the screen after it\n`);
  };

  const act = async (step: DesktopStep, at: number): Promise<void> => {
    const check = async (): Promise<readonly Target[]> => {
      signal.throwIfAborted();
      const targets = await targetsOf(step, liveView(backend), backend);
      await requireApproved(targets, approved[at] ?? [], backend);
      return targets;
    };
    await actOn(step, { backend, check, signal });
  };

  const doOne = async (step: DesktopStep, at: number): Promise<void> => {
    signal.throwIfAborted();
    const text = sentence(step);
    telling.step(at + 1, text);
    telling.print(`${at + 1}. ${text}\n`);
    if (acts(step)) await act(step, at);
    else telling.print(await readScreen(step, { backend, keep, signal }));
    if (at === lastActing) await showResult();
  };

  const doAll = async (): Promise<PerformedSteps> => {
    for (const [at, step] of steps.entries()) {
      try {
        await doOne(step, at);
      } catch (thrown) {
        const error = backend.gone.aborted ? backend.gone.reason : thrown;
        if (stopped.aborted || !(error instanceof DispatchError)) throw error;
        if (at <= lastActing && steps.slice(0, at).some(acts)) await showResult().catch(() => {});
        return { kind: 'problem', refused: error.code === 'refused', message: asSentence(error, at, steps.length) };
      }
    }
    return { kind: 'done', files };
  };

  try {
    return await doAll();
  } finally {
    await letGo(backend, before);
  }
}

async function requireApproved(
  targets: readonly Target[],
  approved: readonly string[],
  backend: Backend,
): Promise<void> {
  for (const [at, target] of targets.entries()) {
    const wanted = approved[at];
    if (wanted !== undefined && (await isApproved(target, wanted, backend))) continue;
    const what = target.element === undefined ? describeWindow(target.window) : bind(target);
    throw new DispatchError(
      'refused',
      `it would touch ${what}, which is not what was approved: ${wanted ?? 'nothing'}`,
    );
  }
}

/** Keys and buttons that the run holds: nobody is there to let go of them. A screen that went away holds nothing. */
async function letGo(backend: Backend, before: Pressed): Promise<void> {
  if (backend.gone.aborted) return;
  try {
    const now = await backend.pressed();
    await backend.letGo({
      keys: now.keys.filter((key) => !before.keys.includes(key)),
      buttons: now.buttons.filter((button) => !before.buttons.includes(button)),
    });
  } catch (error) {
    if (!backend.gone.aborted) throw error;
  }
}

function asSentence({ message, hint, code }: DispatchError, at: number, count: number): string {
  const advice = hint === undefined ? '' : `; ${hint}`;
  const rest =
    at + 1 === count ? '' : code === 'refused' ? '; nothing more was done' : '; the steps after it were not done';
  return `step ${at + 1}: ${message}${advice}${rest}`;
}
