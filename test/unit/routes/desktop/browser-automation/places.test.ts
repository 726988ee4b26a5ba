import { expect, test } from 'vitest';
import type { BrowserStep, BrowserTool } from '../../../../../src/core/browser.ts';
import { originsOf, placesOf } from '../../../../../src/routes/desktop/browser-automation/places.ts';

const step = (tool: BrowserTool, params: BrowserStep['params'] = {}): BrowserStep => ({ tool, params });
const go = (url: string) => step('browser_navigate', { url });
const click = step('browser_click', { target: 'a' });
const NONE = { origins: [], pages: [], current: -1 };
const TWO = { origins: ['https://a.test', 'https://b.test'], pages: ['page-a', 'page-b'], current: 1 };
const on = (steps: BrowserStep[], pages = TWO) =>
  placesOf(steps, pages).map((place) => ('on' in place ? place.on : '-'));

test('a step works on the page that is open, or on the one that was opened before it', () => {
  expect(on([click])).toEqual(['https://b.test']);
  expect(on([go('https://c.test/x'), click])).toEqual(['-', 'https://c.test']);
  expect(on([click], NONE)).toEqual(['about:blank']);
  expect(on([step('browser_close'), click])).toEqual(['-', 'about:blank']);
});

test('between tabs it is known as long as none comes or goes', () => {
  const tabs = (action: string, more: object = {}) => step('browser_tabs', { action, ...more });
  expect(on([tabs('select', { index: 0 }), click])).toEqual(['-', 'https://a.test']);
  expect(on([tabs('new', { url: 'https://c.test/' }), click])).toEqual(['-', 'https://c.test']);
  expect(on([tabs('close'), click])).toEqual(['-', undefined]);
  expect(on([tabs('new'), tabs('select', { index: 0 }), click])).toEqual(['-', '-', undefined]);
  expect(on([step('browser_navigate_back'), click])).toEqual(['-', undefined]);
});

test('the origins are all that it touches or tells of', () => {
  expect(originsOf(placesOf([go('https://c.test/x'), click], TWO))).toEqual(['https://c.test']);
  expect(originsOf(placesOf([step('browser_tabs', { action: 'list' })], TWO))).toEqual([
    'https://a.test',
    'https://b.test',
  ]);
  expect(originsOf(placesOf([step('browser_resize', { width: 1, height: 1 })], TWO))).toEqual([]);
});

test('the first step is for the page that is open: from then on it may go on by itself', () => {
  const read = step('dispatch_text');
  const pages = (steps: BrowserStep[]) => placesOf(steps, TWO).map(({ page }) => page ?? '-');
  expect(pages([read, click, read, click])).toEqual(['page-b', '-', '-', '-']);
  expect(pages([step('browser_tabs', { action: 'list' }), click])).toEqual(['-', 'page-b']);
  expect(pages([go('https://b.test/x'), click])).toEqual(['-', '-']);
  expect(pages([step('browser_tabs', { action: 'select', index: 0 }), click])).toEqual(['-', 'page-a']);
  expect(
    pages([step('browser_tabs', { action: 'new' }), step('browser_tabs', { action: 'select', index: 0 }), click]),
  ).toEqual(['-', '-', '-']);
});

test('going back leads to where nobody knows', () => {
  expect(placesOf([step('browser_navigate_back')], TWO)).toEqual([{ leads: true, tells: [] }]);
});
