/** Every operation that a rule can name, so that a rule about none of them is found to be a mistake. */

import { BROWSER_TOOLS } from '../browser.ts';
import { DESKTOP_STEPS } from '../desktop.ts';
import { FILE_OPERATIONS } from '../files.ts';
import { compileWord, fitsWord } from './patterns.ts';

/** Those that are found on the device and not in the action. */
const FOUND = ['files.overwrite', 'files.send-elsewhere'];

const OPERATION_NAMES: readonly string[] = [
  ...FILE_OPERATIONS.map((name) => `files.${name}`),
  ...FOUND,
  ...Object.keys(BROWSER_TOOLS).map((name) => `browser.${name}`),
  ...DESKTOP_STEPS.map((name) => `desktop.${name}`),
  'cloud.ask',
  'cloud.assist',
  'cloud.code',
];

export function isOperationPattern(pattern: string): boolean {
  const compiled = compileWord(pattern);
  return OPERATION_NAMES.some((name) => fitsWord(compiled, name));
}
