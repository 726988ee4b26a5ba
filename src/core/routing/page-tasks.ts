/** Tasks about pages in plain words: a verb and an address, which begins with its scheme or with "www.". */

import type { BrowserAction, BrowserStep } from '../browser.ts';

const ADDRESS = String.raw`(?:https?:\/\/|www\.)[^\s"'<>]+`;

const OPEN = '(?:open|browse|visit|go to)';
/** No ending that files have too, such as `md`, `rs`, `sh` or `zip`. */
const DOMAINS = 'com|org|net|edu|gov|int|eu|info|io|dev|app|de|at|ch|fr|nl|be|dk|se|no|fi|es|pt|uk|ie|us|ca|jp|au|nz';
const HOST = new RegExp(
  String.raw`^${OPEN}\s+((localhost:\d{1,5}|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:${DOMAINS})(?::\d{1,5})?)(?:[/?#][^\s"'<>]*)?)$`,
  'i',
);

const LOOKS: readonly (readonly [pattern: RegExp, looks: readonly BrowserStep[]])[] = [
  [verb(OPEN), []],
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

/** An address without its scheme, written in full; undefined for what does not look like one. It is not opened: a name may be a file. */
export function addressMeant(text: string): string | undefined {
  const [, address, host = ''] = HOST.exec(text) ?? [];
  if (address === undefined) return undefined;
  return `${/^localhost:/i.test(host) ? 'http' : 'https'}://${address}`;
}

function verb(words: string): RegExp {
  return new RegExp(`^${words}\\s+(${ADDRESS})$`, 'i');
}
