/** Tasks about pages in plain words: a verb and an address, which begins with its scheme or with "www.". */

import type { BrowserAction, BrowserStep } from '../browser.ts';

const ADDRESS = String.raw`(?:https?:\/\/|www\.)[^\s"'<>]+`;

const LOOKS: readonly (readonly [pattern: RegExp, looks: readonly BrowserStep[]])[] = [
  [verb('(?:open|browse|visit|go to)'), []],
  [verb('(?:read|text\\s+of|show\\s+the\\s+text\\s+of)'), [{ tool: 'dispatch_text', params: {} }]],
  [verb('(?:take\\s+)?(?:a\\s+)?screenshot(?:\\s+of)?'), [{ tool: 'browser_take_screenshot', params: {} }]],
  [verb('(?:save\\s+)?(?:a\\s+)?pdf(?:\\s+of)?'), [{ tool: 'browser_pdf_save', params: {} }]],
];

/** `text`: without the devices that are named at its end. Undefined for what is none of these. */
export function readPageTask(text: string): BrowserAction | undefined {
  for (const [pattern, looks] of LOOKS) {
    const address = pattern.exec(text)?.[1];
    if (address === undefined) continue;
    const url = /^https?:/i.test(address) ? address : `https://${address}`;
    return { kind: 'browser', steps: [{ tool: 'browser_navigate', params: { url } }, ...looks] };
  }
  return undefined;
}

function verb(words: string): RegExp {
  return new RegExp(`^${words}\\s+(${ADDRESS})$`, 'i');
}
