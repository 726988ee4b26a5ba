/** What can be done in the browser of a device: steps in the names of Playwright MCP, and how far each of them reaches. */

import type { AccessLevel } from './access.ts';

/**
 * How far the tools reach. `read-only`: opens and looks at pages; `workspace-write`: acts on them as a person would;
 * `full-access`: runs scripts in them. Names and parameters are those of Playwright MCP (playwright-core 1.65), the tools with
 * `dispatch_` are our own.
 */
export const BROWSER_TOOLS = {
  browser_navigate: 'read-only',
  browser_navigate_back: 'read-only',
  browser_snapshot: 'read-only',
  browser_take_screenshot: 'read-only',
  browser_pdf_save: 'read-only',
  browser_console_messages: 'read-only',
  browser_network_requests: 'read-only',
  browser_wait_for: 'read-only',
  browser_tabs: 'read-only',
  browser_resize: 'read-only',
  browser_close: 'read-only',
  browser_verify_element_visible: 'read-only',
  browser_verify_list_visible: 'read-only',
  browser_verify_text_visible: 'read-only',
  browser_verify_value: 'read-only',
  /** The text of the page as a person reads it. */
  dispatch_text: 'read-only',
  /** Ends the session and deletes its profile, with its logins. */
  dispatch_forget: 'workspace-write',
  browser_click: 'workspace-write',
  browser_drag: 'workspace-write',
  browser_file_upload: 'workspace-write',
  browser_fill_form: 'workspace-write',
  browser_handle_dialog: 'workspace-write',
  browser_hover: 'workspace-write',
  browser_press_key: 'workspace-write',
  browser_select_option: 'workspace-write',
  browser_type: 'workspace-write',
  browser_evaluate: 'full-access',
} as const satisfies Readonly<Record<string, AccessLevel>>;

export type BrowserTool = keyof typeof BROWSER_TOOLS;

export interface BrowserStep {
  readonly tool: BrowserTool;
  /** As Playwright MCP wants them; checked on the executing device. `{{NAME}}` in a text stands for a secret of the action. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface BrowserAction {
  readonly kind: 'browser';
  /** In order; the first that fails ends the run. */
  readonly steps: readonly BrowserStep[];
  /** Pages, cookies and logins stay from run to run with the same name. `default` if absent. */
  readonly session?: string;
  /** Names of secrets that the device's owner keeps for runs. */
  readonly secrets?: readonly string[];
  /** Of the whole run, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What a session may be called: it names a folder. */
export const SESSION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

export function accessOfStep({ tool }: BrowserStep): AccessLevel {
  return BROWSER_TOOLS[tool];
}

/** As a person would write it in one line. */
export function describeStep({ tool, params }: BrowserStep): string {
  const name = tool.replace(/^(browser|dispatch)_/, '').replaceAll('_', ' ');
  const said = Object.entries(params).map(([key, value]) =>
    key === 'url' || key === 'element'
      ? String(value)
      : `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [name, ...said].join(' ');
}
