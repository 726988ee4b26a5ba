/** Where each step of a run will be, as far as that is known before it begins: which site it touches. Pure. */

import type { BrowserStep, BrowserTool } from '../../../core/browser.ts';
import { BLANK, originOf } from './sites.ts';

/** The pages of a session that are open. */
export interface OpenPages {
  /** The origin of each, `about:blank` where there is none. */
  readonly origins: readonly string[];
  /** As `pageId` tells them apart. */
  readonly pages: readonly string[];
  readonly current: number;
}

export interface Place {
  /** What the step works on: an origin, `about:blank`, or undefined where that depends on a step before. Absent: it works on no page. */
  readonly on?: string | undefined;
  /** The page that was open before: of the first step on it, as it may go on by itself from then on. */
  readonly page?: string;
  /** It leads to a site that only shows when it is there. */
  readonly leads?: true;
  /** Further origins that it tells of. */
  readonly tells: readonly string[];
}

/** Tools that do nothing with what a page holds. */
const OFF_PAGE: ReadonlySet<BrowserTool> = new Set([
  'browser_navigate',
  'browser_navigate_back',
  'browser_tabs',
  'browser_resize',
  'browser_close',
  'dispatch_forget',
]);

export function placesOf(steps: readonly BrowserStep[], pages: OpenPages): readonly Place[] {
  let now: string | undefined = pages.origins[pages.current] ?? BLANK;
  let page = pages.pages[pages.current];
  /** Undefined once tabs have come or gone. */
  let tabs: readonly string[] | undefined = pages.origins;
  return steps.map(({ tool, params }): Place => {
    if (!OFF_PAGE.has(tool)) {
      const place = { on: now, ...(page === undefined ? {} : { page }), tells: [] };
      page = undefined;
      return place;
    }
    const stays = tool === 'browser_resize' || (tool === 'browser_tabs' && params.action === 'list');
    if (!stays) page = undefined;
    switch (tool) {
      case 'browser_navigate':
        now = originOf(String(params.url)) ?? BLANK;
        return { tells: now === BLANK ? [] : [now] };
      case 'browser_navigate_back':
        now = undefined;
        return { leads: true, tells: [] };
      case 'dispatch_forget':
      case 'browser_close':
        now = BLANK;
        tabs = [];
        return { tells: [] };
      case 'browser_tabs': {
        const tells = pages.origins.filter((origin) => origin !== BLANK);
        if (params.action === 'select') {
          now = tabs?.[Number(params.index)];
          page = tabs === undefined ? undefined : pages.pages[Number(params.index)];
        }
        if (params.action === 'close') now = undefined;
        if (params.action === 'new') {
          now = typeof params.url === 'string' ? (originOf(params.url) ?? BLANK) : BLANK;
          if (now !== BLANK) tells.push(now);
        }
        if (params.action === 'new' || params.action === 'close') tabs = undefined;
        return { tells };
      }
      default:
        return { tells: [] };
    }
  });
}

/** All origins that the steps touch or tell of. */
export function originsOf(places: readonly Place[]): readonly string[] {
  return [...new Set(places.flatMap(({ on, tells }) => (on === undefined || on === BLANK ? tells : [on, ...tells])))];
}
