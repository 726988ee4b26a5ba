// What the composer says under the text while it is typed: where the task would go and what would be asked, by the same
// pure functions that the peer uses; or why it cannot be sent. Computed when the text or the devices change, never else.

import type { AccessLevel } from '../../core/actions.ts';
import type { Device } from '../../core/devices.ts';
import { checkGate } from '../../core/policy/gate.ts';
import type { Verdict } from '../../core/policy/rules.ts';
import { parseTask } from '../../core/routing/grammar.ts';
import { type RouteAnswer, route } from '../../core/routing/route.ts';
import { COMMANDS, isCommand, parseCommand, usage } from '../commands.ts';
import { runOutputRect, ttySize } from '../geometry.ts';
import type { ComposerHint, Model } from '../model.ts';

/** Longer texts are routed when they are sent; explaining them with every key would make typing slow. */
const MAX_EXPLAINED = 256 * 1024;

export const refreshHint = (model: Model): Model => ({
  ...model,
  composer: { ...model.composer, hint: hintFor(model, model.composer.editor.text) },
});

export function hintFor(model: Model, text: string): ComposerHint {
  if (text.trim() === '') return { kind: 'empty' };
  if (isCommand(text)) return commandHint(text);
  if (model.device === undefined || text.length > MAX_EXPLAINED) return { kind: 'empty' };
  const answer = route(text, { devices: model.devices, cwd: model.settings.cwd, tty: ttySize(runOutputRect(model)) });
  if (!answer.ok)
    return { kind: 'refused', reason: answer.reason, ...(answer.hint === undefined ? {} : { hint: answer.hint }) };
  const gates = (answer.devices.length === 0 ? [model.device] : answer.devices).map((device) => gateOf(device, answer));
  const strictest = STRICT.flatMap((verdict) => gates.find((gate) => gate.verdict === verdict) ?? [])[0];
  if (strictest === undefined) return { kind: 'empty' };
  const { verdict, because, enforced } = strictest;
  return {
    kind: 'route',
    answer,
    verdict,
    because: [...answer.because, ...because],
    ...leftOutOf(text, answer),
    ...(enforced === undefined ? {} : { enforced }),
  };
}

/** Who names no device means one of them: the others are not left out. */
function leftOutOf(text: string, { rejected }: RouteAnswer): { leftOut?: RouteAnswer['rejected'] } {
  const task = parseTask(text);
  return task.ok && task.targets.includes('all') && rejected.length > 0 ? { leftOut: rejected } : {};
}

interface Gated {
  readonly verdict: Verdict;
  readonly because: readonly string[];
  readonly enforced?: AccessLevel;
}

/** Of several devices, the one that asks most is told. */
const STRICT = ['deny', 'ask', 'allow'] as const satisfies readonly Verdict[];

function gateOf(device: Device, { action }: RouteAnswer): Gated {
  if (!device.local && device.version === undefined)
    return { verdict: 'ask', because: [`${device.name} has not been reached yet: it decides`] };
  const enforced =
    action.kind === 'shell' ? (device.enforces.includes(action.access) ? action.access : 'full-access') : undefined;
  const { verdict, because } = checkGate({
    action,
    capabilities: device.capabilities,
    permissions: device.permissions,
    enforced: enforced ?? 'read-only',
  });
  return { verdict, because, ...(enforced === undefined ? {} : { enforced }) };
}

function commandHint(text: string): ComposerHint {
  const typed = /^\s*\/(\S*)/.exec(text)?.[1] ?? '';
  const fitting = COMMANDS.filter(({ name }) => name.startsWith(typed));
  const exact = COMMANDS.find(({ name }) => name === typed);
  if (exact !== undefined) return { kind: 'command', usage: usage(exact), help: exact.help };
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return { kind: 'command', usage: usage(only), help: only.help };
  if (fitting.length > 0) {
    return { kind: 'command', usage: fitting.map(({ name }) => `/${name}`).join('  '), help: 'Tab completes' };
  }
  const answer = parseCommand(text);
  return answer.ok
    ? { kind: 'empty' }
    : { kind: 'refused', reason: answer.reason, ...(answer.hint === undefined ? {} : { hint: answer.hint }) };
}
