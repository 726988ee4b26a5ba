/** A connector as TOML for people: all that holds for it, the preset's part and the owner's. Keys of services are not in it. */

import { stringify } from 'smol-toml';
import type { Connector } from '../core/connectors.ts';
import { sanitizeText } from '../tui/terminal/sanitize.ts';

export function connectorText({ name, ...rest }: Connector): string {
  return sanitizeText(stringify({ connectors: { [name]: rest } }).trimEnd());
}
