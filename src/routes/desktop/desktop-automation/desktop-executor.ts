/**
 * Carries out desktop actions on the screen of this device, through a process of its own. What a plan binds is which windows its acting
 * steps touch; a run that finds another one there ends.
 */

import { type Action, accessOf, operationsOf, type Plan } from '../../../core/actions.ts';
import { acts, type DesktopAction } from '../../../core/desktop.ts';
import { asDispatchError, DispatchError, refuse } from '../../../core/errors.ts';
import type { DeviceId, Sha256 } from '../../../core/ids.ts';
import type { Executor, Illustration } from '../../../engine/executor-ports.ts';
import { createLimits, NOTHING_LEFT } from '../../limits.ts';
import { cleanEnvironment } from '../environment.ts';
import { failure, refusalOf } from '../host/limits.ts';
import { createHostLink } from '../host/link.ts';
import type { Answer, Question } from '../host/messages.ts';
import { stepsOutcome, tellingOf } from '../host/steps.ts';
import { problemOf } from './check-steps.ts';
import { type DisplayServer, findDisplayServer } from './display-server.ts';
import type { ScreenName, ScreenQuestions } from './host-messages.ts';
import { becameAnother } from './targets.ts';
import { findMissingTools } from './tools.ts';

/** Looking at windows takes milliseconds; a program that hangs holds up no check for longer. */
const LOOK_MS = 20_000;
const WARNING = 'Whoever can press keys and buttons there can do whatever the person at that screen can.';

export interface DesktopOptions {
  readonly device: DeviceId;
  readonly sha256: (text: string) => Sha256;
  readonly env: NodeJS.ProcessEnv;
  /** The built or the source file of desktop-host.ts: who composes the peer knows which. */
  readonly hostUrl: URL;
  /** `display`: as DISPLAY names it, instead of what the environment says. */
  readonly settings: { readonly display?: string };
  readonly onFault: (what: string, error: unknown) => void;
  readonly platform?: NodeJS.Platform;
}

export interface DesktopExecutor extends Executor {
  /** Ends the process that drives the screen. */
  close(): Promise<void>;
}

export function createDesktopExecutor(options: DesktopOptions): DesktopExecutor {
  const { device, sha256, hostUrl, settings, onFault, platform = process.platform } = options;
  const env = cleanEnvironment(options.env);
  const link = createHostLink<ScreenQuestions>({ hostUrl, name: 'the process that drives the screen', env, onFault });

  const server = (): DisplayServer => findDisplayServer({ platform, env, ...settings });
  const screen = (): ScreenName => {
    const found = server();
    if (found.kind === 'x11') return { display: found.display, believed: settings.display !== undefined };
    throw new DispatchError('unavailable', found.reason, { hint: found.fix });
  };

  const ask = async <Name extends 'check' | 'foresee' | 'illustrate'>(
    question: Question<ScreenQuestions, Name>,
  ): Promise<Answer<ScreenQuestions, Name>> => {
    const signal = AbortSignal.timeout(LOOK_MS);
    try {
      return await link.ask(question, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new DispatchError('unavailable', 'the screen does not answer', { hint: 'retry it', cause: error });
    }
  };

  return {
    kind: 'desktop',
    // One screen, one pointer, one keyboard.
    slots: 1,
    enforces: (requested) => requested,
    async inspect(action) {
      const { steps } = requireDesktop(action);
      const problem = problemOf(steps);
      if (problem !== undefined) return refuse('invalid', problem);
      try {
        screen();
        const [missing] = findMissingTools(env.PATH);
        if (missing !== undefined) return refuse('unavailable', missing.reason, missing.fix);
        await ask({ kind: 'check', screen: screen() });
        return { ok: true, facts: { paths: [], operations: operationsOf(action) } };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async prepare(run, action) {
      const desktop = requireDesktop(action);
      const { steps, timeoutMs } = desktop;
      const problem = problemOf(steps);
      if (problem !== undefined) return refuse('invalid', problem);
      try {
        const named = screen();
        const touched = await ask({ kind: 'foresee', screen: named, steps });
        const plan: Plan = {
          device,
          run,
          kind: 'desktop',
          argv: ['desktop', named.display, ...steps.map((step) => JSON.stringify(step))],
          cwd: '',
          envNames: [],
          envDigest: sha256(''),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          tty: false,
          stdin: false,
          executable: 'desktop',
          enforced: accessOf(desktop),
          programs: [],
          targets: targetsIn(touched),
          secrets: [],
        };
        return { ok: true, plan };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async illustrate(action, plan) {
      const { steps } = requireDesktop(action);
      const warnings = steps.some(acts) ? [WARNING] : [];
      try {
        const { picture, touched, steps: sentences } = await ask({ kind: 'illustrate', screen: screen(), steps });
        // Another window than the one that a yes would be about is not shown for it.
        if (JSON.stringify(targetsIn(touched)) !== JSON.stringify(plan.targets)) throw becameAnother();
        const illustration: Illustration = { steps: sentences, warnings };
        return picture === undefined
          ? illustration
          : { ...illustration, picture: { bytes: picture, mimeType: 'image/png' } };
      } catch (error) {
        const { message } = asDispatchError(error);
        return { warnings: [...warnings, `The screen cannot be shown: ${message}.`] };
      }
    },
    async execute(action, plan, context) {
      const { steps, timeoutMs } = requireDesktop(action);
      const limits = createLimits(context, timeoutMs);
      try {
        const approved = steps.map((_, at) => approvedFor(plan, at));
        const question = { kind: 'perform', screen: screen(), steps, approved, folder: context.artifactsDir } as const;
        const telling = tellingOf(context, steps.length);
        const performed = await link.ask<'perform'>(question, { signal: limits.signal, telling });
        return stepsOutcome(performed, steps.length);
      } catch (error) {
        return limits.outcome() ?? failure(error);
      } finally {
        limits.clear();
      }
    },
    async reap() {
      return NOTHING_LEFT; // that process ended with the peer, and let go of what it held
    },
    close: () => link.close(),
  };
}

function requireDesktop(action: Action): DesktopAction {
  if (action.kind !== 'desktop') throw new Error(`the desktop executor was given a ${action.kind} action`);
  return action;
}

function stepPrefix(at: number): string {
  return `step ${at + 1}: `;
}

function targetsIn(touched: readonly (readonly string[])[]): string[] {
  return touched.flatMap((targets, at) => targets.map((target) => `${stepPrefix(at)}${target}`));
}

function approvedFor({ targets = [] }: Plan, at: number): string[] {
  const prefix = stepPrefix(at);
  return targets.filter((target) => target.startsWith(prefix)).map((target) => target.slice(prefix.length));
}
