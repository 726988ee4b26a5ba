/** What a session and its steps are given by the peer. */

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
