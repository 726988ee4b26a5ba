/** The accessibility tree of a window as indented text: what a person sees there, with a ref for each element. Bounded, and it says so. */

import { quote, word } from '../../quote.ts';
import { type Bounds, describeWindow, type ScreenWindow } from '../windows.ts';
import type { ElementAddress, ElementFacts, Elements, StateName } from './objects.ts';
import type { Refs } from './refs.ts';

const MOST_ELEMENTS = 800;
const MOST_CHILDREN = 200;
const DEEPEST = 60;
const MOST_TEXT = 100_000;
const MOST_VALUE = 500;
const MOST_NAME = 200;
/** All together: a program that answers slowly gets no more. */
const MOST_MS = 10_000;

/** Told where they are on; the others say nothing or are told otherwise. */
const TOLD: readonly StateName[] = [
  'active',
  'busy',
  'checked',
  'collapsed',
  'editable',
  'expanded',
  'focused',
  'indeterminate',
  'modal',
  'pressed',
  'readOnly',
  'selected',
];

/** They only hold others together: without a name nothing is lost without them. */
const HOLDERS = new Set(['filler', 'panel', 'section', 'viewport', 'layered pane', 'redundant object', 'unknown']);

interface Walk {
  readonly elements: Elements;
  readonly refs: Refs;
  readonly window: ScreenWindow;
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly lines: string[];
  left: number;
  length: number;
  /** Why it is not the whole tree. */
  cut: string | undefined;
}

export async function takeSnapshot(
  root: ElementAddress,
  options: Pick<Walk, 'elements' | 'refs' | 'window' | 'signal'>,
): Promise<string> {
  const walk: Walk = {
    ...options,
    deadline: performance.now() + MOST_MS,
    lines: [describeWindow(options.window)],
    left: MOST_ELEMENTS,
    length: 0,
    cut: undefined,
  };
  await visit(walk, root, 0, 0);
  if (walk.cut !== undefined) walk.lines.push(`[there is more: ${walk.cut}]`);
  return `${walk.lines.join('\n')}\n`;
}

async function visit(walk: Walk, address: ElementAddress, indent: number, depth: number): Promise<void> {
  walk.signal.throwIfAborted();
  walk.cut ??= whyNoMore(walk, depth);
  if (whyNoMore(walk, depth) !== undefined) return;
  const facts = await unlessLost(walk.elements.factsOf(address));
  if (facts === undefined || !facts.states.has('showing') || facts.states.has('defunct')) return;
  walk.left -= 1;
  const isHolder = HOLDERS.has(facts.role) && facts.name === '';
  if (!isHolder) {
    const line = await lineOf(walk, address, facts, indent);
    walk.length += line.length;
    walk.lines.push(line);
  }
  const children = (await unlessLost(walk.elements.childrenOf(address))) ?? [];
  if (children.length > MOST_CHILDREN) walk.cut ??= `the first ${MOST_CHILDREN} of ${children.length} parts are shown`;
  for (const child of children.slice(0, MOST_CHILDREN))
    await visit(walk, child, isHolder ? indent : indent + 1, depth + 1);
}

function whyNoMore({ deadline, left, length }: Walk, depth: number): string | undefined {
  if (performance.now() > deadline) return `the program took more than ${MOST_MS / 1000} s`;
  if (left === 0) return `the first ${MOST_ELEMENTS} elements are shown`;
  if (length > MOST_TEXT) return `the first ${MOST_TEXT} characters are shown`;
  return depth > DEEPEST ? `elements deeper than ${DEEPEST} levels are left out` : undefined;
}

async function lineOf(walk: Walk, address: ElementAddress, facts: ElementFacts, indent: number): Promise<string> {
  const [bounds, value] = await Promise.all([
    unlessLost(walk.elements.boundsOf(address)),
    unlessLost(walk.elements.valueOf(address, facts, MOST_VALUE)),
  ]);
  const ref = walk.refs.remember({ address, role: facts.role, name: facts.name, window: walk.window });
  return [
    `${'  '.repeat(indent)}- ${word(facts.role)}`,
    ...(facts.name === '' ? [] : [quote(facts.name, MOST_NAME)]),
    `[${ref}]`,
    ...statesOf(facts),
    ...(facts.password ? ['= (a password)'] : []),
    ...(value === undefined || value === '' || value === facts.name ? [] : [`= ${quote(value, MOST_VALUE)}`]),
    ...(bounds === undefined ? [] : [placeOf(bounds)]),
  ].join(' ');
}

function statesOf({ states }: ElementFacts): string[] {
  const told: string[] = TOLD.filter((name) => states.has(name));
  if (!states.has('enabled') && !states.has('sensitive')) told.push('disabled');
  return told.length === 0 ? [] : [`(${told.join(', ')})`];
}

function placeOf({ x, y, width, height }: Bounds): string {
  return `at ${x},${y} ${width}x${height}`;
}

/** Elements go while they are looked at, and programs do not answer: then there is nothing to show. */
async function unlessLost<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch {
    return undefined;
  }
}
