/** Steps as sentences for the person who is asked about them, and for who reads what was done. */

import type { BrowserStep } from '../../../core/browser.ts';
import { quote } from '../quote.ts';

/** Whoever asks writes the texts, and a person must see all of what is typed or run. */
const WHOLE = Number.MAX_SAFE_INTEGER;

interface Named {
  readonly element?: string;
  readonly target?: string;
}

/** As the schemas of the tools that take them have them. */
interface Params {
  readonly url: string;
  readonly element?: string;
  readonly target: string;
  readonly fullPage?: boolean;
  readonly width: number;
  readonly height: number;
  readonly role: string;
  readonly accessibleName: string;
  readonly items: readonly string[];
  readonly text: string;
  readonly value: string;
  readonly doubleClick?: boolean;
  readonly button?: string;
  readonly modifiers?: readonly string[];
  readonly startElement?: string;
  readonly startTarget: string;
  readonly endElement?: string;
  readonly endTarget: string;
  readonly paths?: readonly string[];
  readonly fields: readonly Field[];
  readonly accept: boolean;
  readonly promptText?: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly submit?: boolean;
  readonly function: string;
}

export function sentence({ tool, params: given }: BrowserStep): string {
  const params = given as unknown as Params;
  switch (tool) {
    case 'browser_navigate':
      return `open ${address(params.url)}`;
    case 'browser_navigate_back':
      return 'go back to the page before';
    case 'browser_snapshot':
      return `read the elements of ${params.target === undefined ? 'the page' : `${target(params)}`}`;
    case 'browser_take_screenshot':
      return `take a picture of ${params.target !== undefined ? target(params) : params.fullPage ? 'the whole page' : 'the page'}`;
    case 'browser_pdf_save':
      return 'save the page as a PDF';
    case 'browser_console_messages':
      return 'read the messages of the console';
    case 'browser_network_requests':
      return 'list the requests of the page';
    case 'browser_wait_for':
      return waitSentence(given);
    case 'browser_tabs':
      return tabSentence(given as { action: string });
    case 'browser_resize':
      return `make the page ${params.width} by ${params.height} pixels`;
    case 'browser_close':
      return 'close the browser';
    case 'browser_verify_element_visible':
      return `see whether there is a ${quote(params.role)} named ${quote(params.accessibleName)}`;
    case 'browser_verify_list_visible':
      return `see whether ${target(params)} has ${params.items.map((item) => quote(item)).join(', ')}`;
    case 'browser_verify_text_visible':
      return `see whether there is the text ${quote(params.text)}`;
    case 'browser_verify_value':
      return `see whether ${target(params)} holds ${quote(params.value)}`;
    case 'dispatch_forget':
      return 'close the browser, and delete the cookies and logins of the session';
    case 'dispatch_text':
      return 'read the text of the page';
    case 'browser_click':
      return `${params.doubleClick ? 'double-click' : 'click'}${button(params)} ${target(params)}${held(params.modifiers)}`;
    case 'browser_drag':
      return `drag ${named(params.startElement, params.startTarget)} to ${named(params.endElement, params.endTarget)}`;
    case 'browser_file_upload':
      return params.paths === undefined
        ? 'choose no file'
        : `give it ${params.paths.map((path) => quote(path, WHOLE)).join(', ')}`;
    case 'browser_fill_form':
      return `fill in ${params.fields.map(fieldSentence).join(', ')}`;
    case 'browser_handle_dialog':
      return `${params.accept ? 'accept' : 'dismiss'} the dialog${params.promptText === undefined ? '' : ` with ${quote(params.promptText, WHOLE)}`}`;
    case 'browser_hover':
      return `point at ${target(params)}`;
    case 'browser_press_key':
      return `press ${quote(params.key)}`;
    case 'browser_select_option':
      return `choose ${params.values.map((value) => quote(value, WHOLE)).join(', ')} in ${target(params)}`;
    case 'browser_type':
      return `type ${quote(params.text, WHOLE)} into ${target(params)}${params.submit ? ', then press Enter' : ''}`;
    case 'browser_evaluate':
      return `run the script ${quote(params.function, WHOLE)}${params.target === undefined ? '' : ` on ${target(params)}`}`;
  }
}

/** For lines of output: long texts are cut there. */
export function shortSentence(step: BrowserStep): string {
  const characters = Array.from(sentence(step));
  return characters.length <= 200 ? characters.join('') : `${characters.slice(0, 199).join('')}…`;
}

interface Field extends Named {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

function fieldSentence(field: Field): string {
  return `${quote(field.name)} (${target(field)}) with ${quote(field.value, WHOLE)}`;
}

function target({ element, target: selector }: Named): string {
  return named(element, selector);
}

/** What the request calls it is only its word: the selector is what counts. */
function named(element: string | undefined, selector = ''): string {
  return element === undefined ? quote(selector, WHOLE) : `${quote(element)} (${quote(selector, WHOLE)})`;
}

function address(url: string): string {
  return quote(url, WHOLE).slice(1, -1);
}

function button({ button: which }: { readonly button?: string }): string {
  return which === undefined || which === 'left' ? '' : ` with the ${which} button`;
}

function held(modifiers: readonly string[] | undefined): string {
  return modifiers === undefined || modifiers.length === 0 ? '' : `, holding ${modifiers.join('+')}`;
}

function waitSentence({ time, text, textGone }: { time?: number; text?: string; textGone?: string }): string {
  if (text !== undefined) return `wait for the text ${quote(text)}`;
  if (textGone !== undefined) return `wait until the text ${quote(textGone)} is gone`;
  return `wait ${time ?? 0} seconds`;
}

function tabSentence({ action, index, url }: { action: string; index?: number; url?: string }): string {
  switch (action) {
    case 'new':
      return url === undefined ? 'open an empty tab' : `open ${address(url)} in a new tab`;
    case 'close':
      return index === undefined ? 'close the tab' : `close tab ${index}`;
    case 'select':
      return `go to tab ${index ?? 0}`;
    default:
      return 'list the tabs';
  }
}
