/** The version of Dispatch, from package.json: two folders up from the source, one from the bundle. */

import { readFileSync } from 'node:fs';

const manifest = new URL(import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json', import.meta.url);

export const VERSION: string = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
