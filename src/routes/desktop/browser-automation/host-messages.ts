/** What can be asked of the process that drives the browser. */

import type { BrowserStep } from '../../../core/browser.ts';
import type { Illustrated } from './illustrate.ts';
import type { Performed } from './perform.ts';
import type { OpenPages } from './places.ts';
import type { SiteSettings } from './sites.ts';

/** How a session is started if it is not there. */
export interface SessionSettings {
  /** Names its profile folder. */
  readonly session: string;
  readonly profile: string;
  readonly program: string;
  readonly headless: boolean | 'auto';
  readonly sites: SiteSettings;
  /** Without a run it ends after that. */
  readonly idleMs: number;
  readonly stepTimeoutMs: number;
}

/** A file that a step gives to a page, read where it was allowed. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** `look` says what is wrong with the steps, if anything, and which pages the session has open; it starts none. */
export interface BrowserQuestions {
  readonly look: {
    readonly ask: {
      readonly session: string;
      readonly steps: readonly BrowserStep[];
      readonly secrets: readonly string[];
    };
    readonly answer: { readonly problem?: string; readonly pages: OpenPages };
  };
  readonly illustrate: {
    readonly ask: {
      readonly session: string;
      readonly steps: readonly BrowserStep[];
      readonly approved: readonly string[];
    };
    readonly answer: Illustrated;
  };
  readonly perform: {
    readonly ask: {
      readonly settings: SessionSettings;
      readonly steps: readonly BrowserStep[];
      /** For each step the origin that it may touch; empty where it touches none. */
      readonly approved: readonly string[];
      readonly secrets: Readonly<Record<string, string>>;
      /** By step, counted from 0. */
      readonly uploads: Readonly<Record<number, readonly Upload[]>>;
      readonly folder: string;
    };
    readonly answer: Performed;
  };
}
