/** What standard input is, found out without opening it: that alone would take milliseconds of every command. */

import { fstatSync, statSync } from 'node:fs';

/** False if there is nothing to read: it is closed, or /dev/null. */
export function hasStandardInput(): boolean {
  try {
    return process.platform === 'win32' || fstatSync(0).rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}
