/**
 * The tools that the assistant may call: one for each kind of action, described by the very schemas that actions are checked with. A
 * call becomes an action of that schema, or a complaint that the model can read; what the action may do is not decided here.
 */

import * as z from 'zod';
import type { Action, ActionKind } from '../../../core/actions.ts';
import { action as actionSchema } from '../../../protocol/schemas.ts';
import type { ToolCall, ToolDefinition } from '../connector/conversation.ts';

/** A call as an action, for a device. */
export interface Proposal {
  readonly action: Action;
  readonly device: string;
}

/** What of an action is not for a model to say: how it is shown, whose input it gets, and which of the owner's secrets it is given. */
const WITHHELD = ['kind', 'secrets', 'tty', 'stdin', 'env'] as const;
const LONGEST_ARGUMENTS = 2 ** 20;

interface Tool {
  readonly name: string;
  readonly kind: ActionKind;
  readonly description: string;
  /** It runs on a device that has to be named. */
  readonly onDevice: boolean;
  /** Withheld all the same where it means something else: the input of a program. */
  readonly keeps?: readonly string[];
}

const TOOLS: readonly Tool[] = [
  {
    name: 'run_shell',
    kind: 'shell',
    onDevice: true,
    description:
      'Run a shell command on a device. access: read-only (sandbox, no writes, no network), workspace-write (writes in reachable folders), full-access (no sandbox). Ask for the least that will do.',
  },
  {
    name: 'work_on_files',
    kind: 'files',
    onDevice: true,
    description: 'List, read, search, write, edit, move, copy or delete files in the reachable folders of a device.',
  },
  {
    name: 'use_browser',
    kind: 'browser',
    onDevice: true,
    description:
      'Open and use web pages in the browser of a device, step by step. dispatch_text gives the text of a page.',
  },
  {
    name: 'use_screen',
    kind: 'desktop',
    onDevice: true,
    description: 'Look at the screen of a device, and use its keyboard and mouse.',
  },
  {
    name: 'run_code',
    kind: 'code',
    onDevice: false,
    keeps: ['stdin'],
    description: 'Run a program in a sandbox away from all devices: it sees no files but those that are given.',
  },
  {
    name: 'evaluate',
    kind: 'inline',
    onDevice: false,
    description:
      'Evaluate JavaScript with read-only access to the thread: runs(), artifacts(), text(idOrNumber), devices(), messages().',
  },
];

export function toolDefinitions(): readonly ToolDefinition[] {
  return TOOLS.map((tool) => ({ name: tool.name, description: tool.description, schema: jsonSchema(tool) }));
}

export type ReadCall =
  | { readonly ok: true; readonly proposal: Proposal }
  | { readonly ok: false; readonly why: string };

/** What a call means. Its arguments are the word of a model: everything in them is checked. */
export function readCall({ name, arguments: text }: Pick<ToolCall, 'name' | 'arguments'>): ReadCall {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) {
    return {
      ok: false,
      why: `there is no tool "${name.slice(0, 100)}"; there are ${TOOLS.map((each) => each.name).join(', ')}`,
    };
  }
  const given = parse(text);
  if (given === undefined) return { ok: false, why: 'the arguments are no JSON object' };
  const { device, ...rest } = given;
  if (tool.onDevice && (typeof device !== 'string' || !isOneDevice(device))) {
    return { ok: false, why: 'device is missing: the name of one device, as listed' };
  }
  const withheld = WITHHELD.find((key) => key in rest && tool.keeps?.includes(key) !== true);
  if (withheld !== undefined) return { ok: false, why: `"${withheld}" cannot be set` };
  const parsed = actionSchema.safeParse({ kind: tool.kind, ...rest });
  if (!parsed.success) return { ok: false, why: complaint(parsed.error) };
  return { ok: true, proposal: { action: parsed.data as Action, device: tool.onDevice ? String(device) : 'local' } };
}

/** A run on every device would be as many runs, of which one has a result. */
function isOneDevice(device: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(device) && device.toLowerCase() !== 'all';
}

function parse(text: string): Record<string, unknown> | undefined {
  if (text.length > LONGEST_ARGUMENTS) return undefined;
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function complaint({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? 'the arguments' : path.join('.')}: ${message}`)
    .join('; ');
}

/** The schema of the action without what is withheld, and with the device. */
function jsonSchema(tool: Tool): unknown {
  const option = actionSchema.options.find((each) => each.shape.kind.value === tool.kind);
  if (option === undefined) throw new Error(`no action of kind ${tool.kind}`);
  const schema = z.toJSONSchema(option, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as {
    properties: Record<string, unknown>;
    required?: string[];
    $schema?: string;
  };
  const hidden = WITHHELD.filter((key) => tool.keeps?.includes(key) !== true) as readonly string[];
  const own = Object.entries(schema.properties).filter(([key]) => !hidden.includes(key));
  const device = { type: 'string', description: 'the name of the device, as listed' };
  const { $schema: _, ...rest } = schema;
  return {
    ...rest,
    properties: { ...(tool.onDevice ? { device } : {}), ...Object.fromEntries(own) },
    required: [...(tool.onDevice ? ['device'] : []), ...(schema.required ?? []).filter((key) => !hidden.includes(key))],
  };
}
