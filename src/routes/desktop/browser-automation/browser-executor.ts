/**
 * Carries out browser actions on this device, through a process of its own that keeps the sessions. What a plan binds is which site each
 * step touches, and the files that it gives away; a run that finds the page elsewhere ends.
 */

import { join } from 'node:path';
import { type Action, accessOf, operationsOf, type Plan } from '../../../core/actions.ts';
import { accessOfStep, type BrowserAction, type BrowserStep } from '../../../core/browser.ts';
import { asDispatchError, DispatchError } from '../../../core/errors.ts';
import type { DeviceId, Sha256 } from '../../../core/ids.ts';
import type { Executor, Illustration } from '../../../engine/executor-ports.ts';
import type { Secrets } from '../../../engine/ports.ts';
import { createLimits, NOTHING_LEFT } from '../../limits.ts';
import { cleanEnvironment } from '../environment.ts';
import { failure, refusalOf } from '../host/limits.ts';
import { createHostLink } from '../host/link.ts';
import type { Answer, Question } from '../host/messages.ts';
import { stepsOutcome, tellingOf } from '../host/steps.ts';
import { lookAtReach, type Reach } from '../local-files/reach.ts';
import { findBrowser, realProgram } from './find-browser.ts';
import type { BrowserQuestions } from './host-messages.ts';
import { originsOf, type Place, placesOf } from './places.ts';
import type { SessionSettings } from './session-settings.ts';
import { BLANK, createSites, type SiteSettings } from './sites.ts';
import { readUploads, resolveUploads } from './uploads.ts';

/** Looking takes milliseconds, and the first time as long as the process needs to start. */
const LOOK_MS = 20_000;
const DEFAULT_SESSION = 'default';
const UNHELD = ['what the pages hold and do', 'the program of the browser'];

export interface BrowserOptions {
  readonly device: DeviceId;
  /** Links resolved. */
  readonly home: string;
  readonly slots: number;
  readonly sha256: (text: string) => Sha256;
  readonly env: NodeJS.ProcessEnv;
  /** The built or the source file of browser-host.ts: who composes the peer knows which. */
  readonly hostUrl: URL;
  /** A private folder, with one for each session in it. */
  readonly profiles: string;
  readonly secrets: Secrets;
  /** What may be uploaded, as for files. */
  readonly folders: () => readonly string[];
  readonly own: readonly string[];
  readonly hide: readonly string[];
  readonly settings: {
    readonly program?: string;
    readonly headless: boolean | 'auto';
    readonly idleMs: number;
    readonly stepTimeoutMs: number;
    readonly sites: SiteSettings;
  };
  readonly onFault: (what: string, error: unknown) => void;
}

export interface BrowserExecutor extends Executor {
  /** Ends the process that drives the browser, and the browsers with it. */
  close(): Promise<void>;
}

export function createBrowserExecutor(options: BrowserOptions): BrowserExecutor {
  const { device, home, slots, sha256, hostUrl, settings, onFault, folders, own, hide } = options;
  const env = cleanEnvironment(options.env);
  const link = createHostLink<BrowserQuestions>({ hostUrl, name: 'the process that drives the browser', env, onFault });
  const sites = createSites(settings.sites);
  const reach = (): Reach => lookAtReach({ home, folders, own, hide });

  const program = async (): Promise<string> => {
    const found = await findBrowser({ ...(settings.program === undefined ? {} : { program: settings.program }), env });
    if (found.ok) return found.program;
    throw new DispatchError('unavailable', found.reason, { hint: found.fix });
  };

  const ask = async <Name extends 'look' | 'illustrate'>(
    question: Question<BrowserQuestions, Name>,
  ): Promise<Answer<BrowserQuestions, Name>> => {
    const signal = AbortSignal.timeout(LOOK_MS);
    try {
      return await link.ask(question, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new DispatchError('unavailable', 'the browser does not answer', { hint: 'retry it', cause: error });
    }
  };

  /** Where each step will be, from where the session is now. Throws where that cannot be, or may not. */
  const look = async ({ steps, session = DEFAULT_SESSION, secrets = [] }: BrowserAction): Promise<readonly Place[]> => {
    const { problem, pages } = await ask<'look'>({ kind: 'look', session, steps, secrets });
    if (problem !== undefined)
      throw new DispatchError('invalid', problem, {
        hint: 'docs/BROWSER.md names the tools; their parameters are those of Playwright MCP',
      });
    for (const [at, { params }] of steps.entries()) {
      const why = typeof params.url === 'string' ? sites.whyNot(params.url) : undefined;
      if (why !== undefined)
        throw new DispatchError('refused', `step ${at + 1}: ${why}`, {
          hint: 'only its owner can change that, in [browser] there',
        });
    }
    const places = placesOf(steps, pages);
    for (const [at, place] of places.entries()) requireKnown(place, at, session);
    return places;
  };

  const checkSecrets = async ({ secrets = [] }: BrowserAction): Promise<Readonly<Record<string, string>>> =>
    secrets.length === 0 ? {} : options.secrets.read(secrets);

  return {
    kind: 'browser',
    slots,
    enforces: (requested) => requested,
    async inspect(action) {
      const browser = requireBrowser(action);
      try {
        await program();
        const places = await look(browser);
        await checkSecrets(browser);
        const paths = await resolveUploads(browser.steps, home);
        const kept = reach();
        const hidden = paths
          .filter(({ real }) => kept.isReachable(real))
          .map(({ real }) => kept.whyHidden(real))
          .find((why) => why !== undefined);
        if (hidden !== undefined) return hidden;
        const further = places.some(({ leads }) => leads === true) ? { furtherOrigins: true as const } : {};
        return { ok: true, facts: { paths, operations: operationsOf(action), origins: originsOf(places), ...further } };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async prepare(run, action, _granted, facts) {
      const browser = requireBrowser(action);
      const { steps, session = DEFAULT_SESSION, secrets = [], timeoutMs } = browser;
      try {
        const executable = realProgram(await program());
        const places = await look(browser);
        if (facts?.origins !== undefined && originsOf(places).join() !== facts.origins.join())
          throw new DispatchError('conflict', 'the browser went elsewhere while that was looked at', {
            hint: 'start over',
          });
        const { bound } = await readUploads(steps, { home, reach: reach() });
        const plan: Plan = {
          device,
          run,
          kind: 'browser',
          argv: ['browser', session, ...steps.map((step) => JSON.stringify(step))],
          cwd: '',
          envNames: [],
          envDigest: sha256(''),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          tty: false,
          stdin: false,
          executable,
          enforced: accessOf(browser),
          programs: [],
          targets: [...targetsOf(places), ...bound],
          unheld: UNHELD,
          secrets: [...secrets].sort(),
        };
        return { ok: true, plan };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async illustrate(action, plan) {
      const { steps, session = DEFAULT_SESSION, secrets = [] } = requireBrowser(action);
      const warnings = warningsOf(steps, session, secrets);
      try {
        const approved = steps.map((_, at) => approvedFor(plan, at));
        const { picture, ...shown } = await ask<'illustrate'>({ kind: 'illustrate', session, steps, approved });
        const illustration: Illustration = { ...shown, warnings };
        return picture === undefined
          ? illustration
          : { ...illustration, picture: { bytes: picture, mimeType: 'image/png' } };
      } catch (error) {
        return { warnings: [...warnings, `The page cannot be shown: ${asDispatchError(error).message}.`] };
      }
    },
    async execute(action, plan, context) {
      const browser = requireBrowser(action);
      const { steps, session = DEFAULT_SESSION, timeoutMs } = browser;
      const limits = createLimits(context, timeoutMs);
      try {
        const { uploads, bound } = await readUploads(steps, { home, reach: reach() });
        const given = (plan.targets ?? []).filter((target) => bound.includes(target)).length;
        if (given !== bound.length)
          throw new DispatchError('conflict', 'a file that it gives away has changed since it was looked at', {
            hint: 'start over',
          });
        const performed = await link.ask<'perform'>(
          {
            kind: 'perform',
            settings: await sessionSettings(session),
            steps,
            approved: steps.map((_, at) => approvedFor(plan, at)),
            pages: steps.map((_, at) => pageFor(plan, at)),
            told: toldIn(plan),
            secrets: await checkSecrets(browser),
            uploads,
            folder: context.artifactsDir,
          },
          { signal: limits.signal, telling: tellingOf(context, steps.length) },
        );
        return limits.outcome() ?? stepsOutcome(performed, steps.length);
      } catch (error) {
        return limits.outcome() ?? failure(error);
      } finally {
        limits.clear();
      }
    },
    async reap() {
      return NOTHING_LEFT; // that process ended with the peer, and its browsers with it
    },
    close: () => link.close(),
  };

  async function sessionSettings(session: string): Promise<SessionSettings> {
    const { headless, idleMs, stepTimeoutMs } = settings;
    const profile = join(options.profiles, session);
    return { session, profile, program: await program(), headless, idleMs, stepTimeoutMs, sites: settings.sites };
  }
}

function requireBrowser(action: Action): BrowserAction {
  if (action.kind !== 'browser') throw new Error(`the browser executor was given a ${action.kind} action`);
  return action;
}

function requireKnown(place: Place, at: number, session: string): void {
  if (!('on' in place)) return;
  if (place.on === BLANK) {
    throw new DispatchError('invalid', `step ${at + 1}: no page is open in the session "${session}"`, {
      hint: 'begin with browser_navigate',
    });
  }
  if (place.on === undefined) {
    throw new DispatchError('invalid', `step ${at + 1}: which page it works on is only known after the steps before`, {
      hint: 'do it in a run of its own',
    });
  }
}

function stepPrefix(at: number): string {
  return `step ${at + 1}: `;
}

const TOLD = 'tells of ';

/** For each step that touches a page its site, and which page that was open; and the sites of tabs that are told of. */
function targetsOf(places: readonly Place[]): string[] {
  const told = new Set(places.flatMap((place) => ('on' in place ? [] : place.tells)));
  return [
    ...places.flatMap(({ on, page }, at) =>
      on === undefined ? [] : [`${stepPrefix(at)}${on}${page === undefined ? '' : ` page ${page}`}`],
    ),
    ...[...told].map((origin) => `${TOLD}${origin}`),
  ];
}

/** The origin that the step may touch; empty if none. */
function approvedFor(plan: Plan, at: number): string {
  return targetFor(plan, at)[0] ?? '';
}

/** The page that must still be the one that is open; empty if any of that site may. */
function pageFor(plan: Plan, at: number): string {
  return targetFor(plan, at)[1] ?? '';
}

function targetFor({ targets = [] }: Plan, at: number): string[] {
  const prefix = stepPrefix(at);
  const target = targets.find((each) => each.startsWith(`${prefix}http`));
  return target?.slice(prefix.length).split(' page ') ?? [];
}

function toldIn({ targets = [] }: Plan): string[] {
  return targets.filter((target) => target.startsWith(TOLD)).map((target) => target.slice(TOLD.length));
}

function warningsOf(steps: readonly BrowserStep[], session: string, secrets: readonly string[]): string[] {
  const acts = steps.some((step) => accessOfStep(step) !== 'read-only');
  return [
    ...(steps.some((step) => accessOfStep(step) === 'full-access')
      ? ['A script can do and read in the page whatever the person who is logged in there can.']
      : []),
    ...(acts ? [`It acts with the logins that the session "${session}" has.`] : []),
    ...(secrets.length > 0 ? [`The pages get ${secrets.join(', ')}.`] : []),
  ];
}
