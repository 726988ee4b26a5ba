/** Each tool and what does it. */

import type { BrowserTool } from '../../../../core/browser.ts';
import * as acting from './acting.ts';
import * as looking from './looking.ts';
import * as moving from './moving.ts';
import type { Tool } from './tool.ts';
import * as verifying from './verifying.ts';

/** What ends the session is done by whoever has it. */
export const TOOLS: Readonly<Record<Exclude<BrowserTool, 'browser_close' | 'dispatch_forget'>, Tool>> = {
  browser_navigate: moving.navigate,
  browser_navigate_back: moving.navigateBack,
  browser_tabs: moving.tabs,
  browser_resize: moving.resize,
  browser_wait_for: moving.waitFor,
  browser_snapshot: looking.snapshot,
  browser_take_screenshot: looking.screenshot,
  browser_pdf_save: looking.pdf,
  browser_console_messages: looking.consoleMessages,
  browser_network_requests: looking.networkRequests,
  dispatch_text: looking.text,
  browser_verify_element_visible: verifying.elementVisible,
  browser_verify_list_visible: verifying.listVisible,
  browser_verify_text_visible: verifying.textVisible,
  browser_verify_value: verifying.value,
  browser_click: acting.click,
  browser_drag: acting.drag,
  browser_file_upload: acting.fileUpload,
  browser_fill_form: acting.fillForm,
  browser_handle_dialog: acting.handleDialog,
  browser_hover: acting.hover,
  browser_press_key: acting.pressKey,
  browser_select_option: acting.selectOption,
  browser_type: acting.type,
  browser_evaluate: acting.evaluate,
};
