/** Where Dispatch's own manual lies: beside src/ and beside dist/, README.md and docs/. */

import { fileURLToPath } from 'node:url';

export function manualFolder(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url));
}
