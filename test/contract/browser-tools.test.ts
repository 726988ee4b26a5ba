// The part of playwright-core that is not documented: names and parameters of its MCP tools, as far as they are used here.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { BROWSER_TOOLS, type BrowserTool } from '../../src/core/browser.ts';
import { readParams } from '../../src/routes/desktop/browser-automation/tool-schemas.ts';

const VALID: Readonly<Record<BrowserTool, readonly object[]>> = {
  browser_navigate: [{ url: 'https://example.org' }],
  browser_navigate_back: [{}],
  browser_snapshot: [{}, { target: 'e1', depth: 2, boxes: true, filename: 'a.txt' }],
  browser_take_screenshot: [{}, { type: 'jpeg', fullPage: true }, { target: 'e1', element: 'it' }],
  browser_pdf_save: [{}, { filename: 'a.pdf' }],
  browser_console_messages: [{}, { level: 'error' }],
  browser_network_requests: [{}, { static: true, filter: 'api' }],
  browser_wait_for: [{ time: 1 }, { text: 'a' }, { textGone: 'a' }],
  browser_tabs: [{ action: 'list' }, { action: 'new', url: 'https://example.org' }, { action: 'select', index: 1 }],
  browser_resize: [{ width: 10, height: 10 }],
  browser_close: [{}],
  dispatch_forget: [{}],
  browser_verify_element_visible: [{ role: 'button', accessibleName: 'a' }],
  browser_verify_list_visible: [{ element: 'list', target: 'e1', items: ['a'] }],
  browser_verify_text_visible: [{ text: 'a' }],
  browser_verify_value: [{ type: 'textbox', element: 'a', target: 'e1', value: 'b' }],
  dispatch_text: [{}],
  browser_click: [{ target: 'e1' }, { target: 'e1', doubleClick: true, button: 'right', modifiers: ['Shift'] }],
  browser_drag: [{ startTarget: 'e1', endTarget: 'e2' }],
  browser_file_upload: [{}, { paths: ['/a'] }],
  browser_fill_form: [{ fields: [{ target: 'e1', name: 'a', type: 'textbox', value: 'b' }] }],
  browser_handle_dialog: [{ accept: true }, { accept: true, promptText: 'a' }],
  browser_hover: [{ target: 'e1' }],
  browser_press_key: [{ key: 'Enter' }],
  browser_select_option: [{ target: 'e1', values: ['a'] }],
  browser_type: [
    { target: 'e1', text: 'a' },
    { target: 'e1', text: 'a', submit: true, slowly: true },
  ],
  browser_evaluate: [{ function: '() => 1' }, { function: '(it) => 1', target: 'e1', element: 'it' }],
};

test.each(Object.entries(VALID))('%s takes what we give it, and nothing else', (tool, all) => {
  for (const params of all) expect(readParams(tool as BrowserTool, params)).toMatchObject({ ok: true });
  expect(readParams(tool as BrowserTool, { ...all[0], surprise: 1 })).toMatchObject({ ok: false });
});

test('what is left out is filled in', () => {
  expect(readParams('browser_take_screenshot', {})).toEqual({ ok: true, params: { scale: 'css' } });
  expect(readParams('browser_console_messages', {})).toEqual({ ok: true, params: { level: 'info' } });
});

test('every tool is one of Playwright MCP, or our own', () => {
  const { tools } = createRequire(import.meta.url)('playwright-core/lib/coreBundle') as {
    tools: { browserTools: { schema: { name: string } }[] };
  };
  const names = new Set(tools.browserTools.map(({ schema }) => schema.name));
  expect(Object.keys(BROWSER_TOOLS).filter((name) => !names.has(name))).toEqual(['dispatch_text', 'dispatch_forget']);
});
