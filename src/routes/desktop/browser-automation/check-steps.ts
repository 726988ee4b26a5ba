/** What can be said of steps without a page: whether they make sense. */

import type { BrowserStep } from '../../../core/browser.ts';
import { quote } from '../quote.ts';
import { BLANK, originOf } from './sites.ts';
import { readParams } from './tool-schemas.ts';

/** A name of a secret where it stands for its value. */
const PLACEHOLDER = /\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}/g;
/** The last name of a path, and nothing that hides or leads elsewhere. */
const FILE_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,99}$/u;

export type CheckedSteps =
  | { readonly ok: true; readonly steps: readonly BrowserStep[] }
  /** A sentence. */
  | { readonly ok: false; readonly problem: string };

/** With the parameters as the tools take them. */
export function checkSteps(steps: readonly BrowserStep[], secrets: readonly string[]): CheckedSteps {
  if (steps.length === 0) return { ok: false, problem: 'there are no steps' };
  const checked: BrowserStep[] = [];
  for (const [at, { tool, params }] of steps.entries()) {
    const read = readParams(tool, params);
    const problem = read.ok ? problemIn({ tool, params: read.params }, secrets) : read.problem;
    if (problem !== undefined) return { ok: false, problem: `step ${at + 1}, ${tool}: ${problem}` };
    if (read.ok) checked.push({ tool, params: read.params });
  }
  return { ok: true, steps: checked };
}

/** Texts that are typed with the values of secrets in them. */
export function withSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(secrets, name) ? (secrets[name] as string) : whole,
  );
}

function problemIn({ tool, params }: BrowserStep, secrets: readonly string[]): string | undefined {
  const { url, filename, isolatedContext } = params;
  if (typeof url === 'string' && url !== BLANK && originOf(url) === undefined)
    return `${quote(url, 100)} is no address of a page: expected http:// or https://`;
  if (typeof filename === 'string' && !FILE_NAME.test(filename))
    return `${quote(filename, 100)} is no name for an artifact: expected a plain file name without folders`;
  if (isolatedContext !== undefined && isolatedContext !== 'default')
    return 'isolatedContext is not offered: name another session instead';
  return secretProblem({ tool, params }, secrets);
}

/** A secret may be typed into a page and be nowhere else: not in an address, and not in a script. */
function secretProblem({ tool, params }: BrowserStep, secrets: readonly string[]): string | undefined {
  const typed = typedTexts({ tool, params });
  const everywhere = [...JSON.stringify(params).matchAll(PLACEHOLDER)].map(([, name]) => name as string);
  const inTyped = typed.flatMap((text) => [...text.matchAll(PLACEHOLDER)]).map(([, name]) => name as string);
  const unknown = inTyped.find((name) => !secrets.includes(name));
  if (unknown !== undefined) return `the action does not name the secret ${unknown}`;
  const elsewhere = everywhere.filter((name) => secrets.includes(name)).length - inTyped.length;
  return elsewhere > 0 ? 'a secret can be typed into a page and be nowhere else' : undefined;
}

function typedTexts({ tool, params }: BrowserStep): string[] {
  if (tool === 'browser_type') return [String(params.text)];
  if (tool === 'browser_fill_form') return (params.fields as readonly { value: string }[]).map(({ value }) => value);
  return [];
}
