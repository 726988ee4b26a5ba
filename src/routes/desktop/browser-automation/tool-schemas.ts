/**
 * What the tools take: the schemas of Playwright MCP as playwright-core ships them. That part of it is not documented; a contract test
 * holds the names and parameters that are used here.
 */

import { createRequire } from 'node:module';
import { BROWSER_TOOLS, type BrowserTool } from '../../../core/browser.ts';

/** A zod schema of the copy that playwright-core has. */
interface Schema {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Record<string, unknown> }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
  strict?(): Schema;
}
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
interface CoreBundle {
  readonly tools: {
    readonly browserTools: readonly { readonly schema: { readonly name: string; readonly inputSchema: Schema } }[];
  };
}

const NOTHING: Schema = {
  safeParse: (value) =>
    Object.keys(value as object).length === 0
      ? { success: true, data: {} }
      : { success: false, error: { issues: [{ path: [], message: 'it takes no parameters' }] } },
};

let loaded: ReadonlyMap<string, Schema> | undefined;

function schemas(): ReadonlyMap<string, Schema> {
  if (loaded === undefined) {
    const { tools } = createRequire(import.meta.url)('playwright-core/lib/coreBundle') as CoreBundle;
    const wanted = tools.browserTools.filter(({ schema }) => Object.hasOwn(BROWSER_TOOLS, schema.name));
    loaded = new Map(wanted.map(({ schema }) => [schema.name, schema.inputSchema.strict?.() ?? schema.inputSchema]));
  }
  return loaded;
}

/** The parameters with what is left out filled in, or what is wrong with them as a phrase. */
export function readParams(
  tool: BrowserTool,
  params: unknown,
): { readonly ok: true; readonly params: Record<string, unknown> } | { readonly ok: false; readonly problem: string } {
  const schema = tool.startsWith('dispatch_') ? NOTHING : schemas().get(tool);
  if (schema === undefined) return { ok: false, problem: 'this version does not have it' };
  const read = schema.safeParse(params);
  if (read.success) return { ok: true, params: read.data };
  const problems = read.error.issues.slice(0, 3).map(({ path, message }) => {
    const where = path.map(String).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  return { ok: false, problem: problems.join('; ') };
}
