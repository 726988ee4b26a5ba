// The rules of this device: reading them, taking one of the owner's away, and asking what they make of a command.

import type { AccessLevel } from '../../core/access.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { Rule } from '../../core/policy/rules.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { createEditor } from '../terminal/editor.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { recheckHint } from './hint.ts';
import { DEAF_MS } from './reading.ts';
import { nextRequest, patch, push, type Step, step, toast } from './step.ts';

export function openPolicy(model: Model): Step {
  if (topOverlay(model)?.kind === 'policy') return step(model);
  const page = { kind: 'policy', rules: undefined, selected: 0, message: undefined } as const;
  return step(push(model, page), { type: 'load-rules' });
}

/** Those of the owner come first: there are few of them, and only they can be removed. */
export function takeRules(model: Model, rules: readonly Rule[]): Model {
  const own = rules.filter(({ source }) => source === 'config');
  const sorted = [...own, ...rules.filter(({ source }) => source !== 'config')];
  return patch(model, 'policy', (page) => ({
    ...page,
    rules: sorted,
    message: undefined,
    selected: Math.max(0, Math.min(page.selected, sorted.length - 1)),
  }));
}

export const rulesFailed = (model: Model, { message }: Failure): Model =>
  overlayOf(model, 'policy') === undefined
    ? toast(model, 'error', message)
    : patch(model, 'policy', (page) => ({ ...page, message }));

export const movePolicy = (model: Model, move: (at: number, last: number) => number): Model =>
  patch(model, 'policy', (page) => {
    const last = Math.max(0, (page.rules?.length ?? 0) - 1);
    return { ...page, selected: Math.max(0, Math.min(last, move(page.selected, last))) };
  });

export function selectedRule(model: Model): Rule | undefined {
  const page = topOverlay(model);
  return page?.kind === 'policy' ? page.rules?.[page.selected] : undefined;
}

export function askRemove(model: Model): Model {
  const rule = selectedRule(model);
  if (rule === undefined || rule.source !== 'config') return model;
  const question = { type: 'remove-rule', name: rule.name } as const;
  return push(model, { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS });
}

export function ruleRemoved(model: Model, name: string): Step {
  const told = toast(recheckHint(model), 'success', `removed the rule ${sanitizeLine(name)}`, 'policy');
  return step(told, { type: 'load-rules' });
}

// ---- checking a command

export const openCheck = (model: Model): Model =>
  push(model, { kind: 'check', editor: createEditor(), asked: undefined, notice: undefined });

const PREFIXES: readonly (readonly [RegExp, AccessLevel])[] = [
  [/^!!\s*/, 'full-access'],
  [/^!\?\s*/, 'read-only'],
  [/^!?\s*/, 'workspace-write'],
];

/** What is typed as in the composer: `!?` asks for less, `!!` for more. */
export function sendCheck(model: Model): Step {
  const dialog = topOverlay(model);
  const device = model.device?.id;
  if (dialog?.kind !== 'check' || device === undefined) return step(model);
  const typed = dialog.editor.text.trim();
  const [prefix, access] = PREFIXES.find(([pattern]) => pattern.test(typed)) ?? [/^/, 'workspace-write' as const];
  const command = typed.replace(prefix, '');
  const told = (notice: string): Step => step(patch(model, 'check', (open) => ({ ...open, notice })));
  if (command === '') return told('type a command, or Esc');
  if (model.connection.state !== 'connected') return told('not connected: nothing was asked');
  const [next, request] = nextRequest(model);
  const asked = { request, command, access, answer: undefined };
  const { cwd } = model.settings;
  return step(
    patch(next, 'check', (open) => ({ ...open, asked, notice: undefined })),
    {
      type: 'check-policy',
      request,
      checks: [{ device, action: { kind: 'shell', command, access, cwd } }],
    },
  );
}

export const takeCheckAnswer = (model: Model, request: number, answer: GateAnswer | undefined): Model =>
  patch(model, 'check', (dialog) =>
    dialog.asked?.request === request ? { ...dialog, asked: { ...dialog.asked, answer } } : dialog,
  );

export const checkFailed = (model: Model, request: number, { message }: Failure): Model =>
  patch(model, 'check', (dialog) =>
    dialog.asked?.request === request ? { ...dialog, asked: undefined, notice: message } : dialog,
  );
