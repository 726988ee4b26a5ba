// What the composer says under the text while it is typed: where the task would go, by the same pure function that the peer
// uses; what the device would do with it, by the word of that device; or why it cannot be sent. The devices are asked once
// nothing was typed for a moment, the newest question wins, and until they have answered nothing is said in their name.

import type { ShellAction } from '../../core/actions.ts';
import type { Device } from '../../core/devices.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { Verdict } from '../../core/policy/rules.ts';
import { parseTask } from '../../core/routing/grammar.ts';
import { rejectedDevices } from '../../core/routing/rejected.ts';
import { route } from '../../core/routing/route.ts';
import type { RouteAnswer } from '../../core/routing/route-answer.ts';
import { LONGEST_TASK } from '../../core/runs.ts';
import { COMMANDS, isCommand, parseCommand, usage } from '../keys/commands.ts';
import type { ComposerHint, HintCheck, Model } from '../model/model.ts';
import type { PolicyCheck } from '../model/policy-dialogs.ts';
import { routeContextOf } from '../model/route-context.ts';
import { runOutputRect, ttySize } from '../rows/geometry.ts';
import { countCharacters } from '../words/format.ts';
import { nextRequest, type Step, step } from './step.ts';

/** Longer texts are routed when they are sent; explaining them with every key would make typing slow. */
const MAX_EXPLAINED = 256 * 1024;
/** How long nothing is typed before the devices are asked, in milliseconds. */
export const HINT_MS = 100;
/** Tasks for more devices than that are explained by each of them when it gets them. */
const MOST_ASKED = 8;

/** The hint for what stands in the composer. What a device has said of the same stays. */
export function refreshHint(model: Model): Model {
  const { composer } = model;
  const hint = hintFor(model, composer.editor.text);
  const asked = hint.kind === 'route' ? questionFor(hint.answer) : undefined;
  if (asked === undefined) return { ...model, composer: { ...composer, hint, check: undefined } };
  if (composer.check?.key === asked.key) {
    const gate = composer.hint.kind === 'route' ? composer.hint.gate : undefined;
    return { ...model, composer: { ...composer, hint: { ...hint, ...(gate === undefined ? {} : { gate }) } } };
  }
  const check: HintCheck = { ...asked, askAt: model.clock + HINT_MS, request: undefined };
  return { ...model, composer: { ...composer, hint, check } };
}

/** The same, asking anew: rules may have changed. */
export const recheckHint = (model: Model): Model =>
  refreshHint({ ...model, composer: { ...model.composer, check: undefined } });

/** When the devices are to be asked, on the clock; undefined while there is nothing to ask. */
export const hintAsksAt = ({ composer, connection }: Model): number | undefined =>
  connection.state === 'connected' ? composer.check?.askAt : undefined;

/** Asks, once it is time. */
export function askDevices(model: Model): Step {
  const { check } = model.composer;
  const at = hintAsksAt(model);
  if (check === undefined || at === undefined || model.clock < at) return step(model);
  const [next, request] = nextRequest(model);
  const asked = { ...next, composer: { ...next.composer, check: { ...check, askAt: undefined, request } } };
  return step(asked, { type: 'check-policy', request, checks: check.checks });
}

/** What the devices say. An answer to an older question is not for what is typed now. */
export function takeChecked(model: Model, request: number, answers: readonly (GateAnswer | undefined)[]): Model {
  const { composer } = model;
  if (composer.check?.request !== request || composer.hint.kind !== 'route') return model;
  const gate = strictest(answers);
  return gate === undefined ? model : { ...model, composer: { ...composer, hint: { ...composer.hint, gate } } };
}

const STRICT = ['deny', 'ask', 'allow'] as const satisfies readonly Verdict[];

/** Of several devices, the one that asks most is told; where one did not answer, only a no is certain. */
function strictest(answers: readonly (GateAnswer | undefined)[]): GateAnswer | undefined {
  const known = answers.flatMap((answer) => answer ?? []);
  const [gate] = STRICT.flatMap((verdict) => known.find((answer) => answer.verdict === verdict) ?? []);
  return gate?.verdict === 'deny' || known.length === answers.length ? gate : undefined;
}

/** The question for the devices that it goes to and that are there; undefined if there is none. */
function questionFor({ action, devices: all }: RouteAnswer): Pick<HintCheck, 'key' | 'checks'> | undefined {
  const devices = all.filter(canBeAsked);
  if (action.kind === 'inline' || devices.length === 0 || devices.length > MOST_ASKED) return undefined;
  const asked = action.kind === 'shell' ? judged(action) : action;
  const checks = devices.map(({ id: device }): PolicyCheck => ({ device, action: asked }));
  const set = devices.map(({ capabilities, permissions, maxAccess, enforces }) => [
    capabilities,
    permissions,
    maxAccess,
    enforces,
  ]);
  return { key: JSON.stringify([checks, set]), checks };
}

/** What a device judges of a command: not the size of its terminal, which changes with every window. */
function judged({ command, access, cwd }: ShellAction): ShellAction {
  return { kind: 'shell', command, access, ...(cwd === undefined ? {} : { cwd }) };
}

/** What is away, or was never reached, decides when it gets the task. */
export const canBeAsked = ({ local, version, presence }: Device): boolean =>
  local || (version !== undefined && presence.state !== 'offline');

function hintFor(model: Model, text: string): ComposerHint {
  if (text.trim() === '') return { kind: 'empty' };
  if (text.length > LONGEST_TASK) {
    const reason = `too long to be sent: ${countCharacters(text.length)} of at most ${countCharacters(LONGEST_TASK)}`;
    return { kind: 'refused', reason, hint: 'put it into a file, and name the file' };
  }
  if (isCommand(text)) return commandHint(text);
  if (model.device === undefined) return { kind: 'empty' };
  if (text.length > MAX_EXPLAINED) return { kind: 'long', length: text.length };
  const answer = route(text, { ...routeContextOf(model), tty: ttySize(runOutputRect(model)) });
  if (!answer.ok) {
    const { reason, hint, choices } = answer;
    return {
      kind: 'refused',
      reason,
      ...(hint === undefined ? {} : { hint }),
      ...(choices === undefined ? {} : { choices }),
    };
  }
  return { kind: 'route', answer, ...leftOutOf(text, answer) };
}

/** Who names no device means one of them: the others are not left out. */
function leftOutOf(text: string, answer: RouteAnswer): { leftOut?: RouteAnswer['rejected'] } {
  const task = parseTask(text);
  const rejected = rejectedDevices(answer.rejected);
  return task.ok && task.targets.includes('all') && rejected.length > 0 ? { leftOut: rejected } : {};
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
