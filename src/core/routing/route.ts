/** The router: a pure function from a task, the devices and the connectors to the one place where it goes, with the reasons. */

import type { Action } from '../actions.ts';
import { type Refusal, refuse } from '../errors.ts';
import { applyOverrides } from './apply-overrides.ts';
import { chooseDevice } from './choose-device.ts';
import { type CompiledContext, compileContext, type RouteContext } from './context.ts';
import type { Fleet } from './fleet.ts';
import { type ParsedTask, parseTask } from './grammar.ts';
import { noDevices, otherRoutes } from './rejected.ts';
import type { RouteAnswer } from './route-answer.ts';
import { routeCode, routeQuestion, routeWords } from './route-cloud.ts';
import { routeSaid } from './route-said.ts';
import { applyRule, matchRule } from './rules.ts';

export function route(text: string, context: RouteContext): RouteAnswer | Refusal {
  const compiled = compileContext(context);
  const task = readTask(text, context, compiled);
  if (!task.ok) return task;
  const { fleet } = compiled;
  if (task.attach.length > 0 && task.kind !== 'question' && !(task.kind === 'plain' && task.said === undefined)) {
    const name = task.attach[0] ?? '';
    return refuse(
      'usage',
      `+${name} goes along with questions, and this is none`,
      `quote it ('+${name}') if it belongs to the task`,
    );
  }
  switch (task.kind) {
    case 'shell':
      return routeShell(task, context, fleet);
    case 'expression':
    case 'script':
      return routeInline(task, fleet);
    case 'question':
      return routeQuestion(task, context, fleet);
    case 'code':
      return routeCode(task, context, fleet);
    case 'plain':
      return task.said === undefined ? routeWords(task, context, fleet) : routeSaid(task, task.said, context, fleet);
  }
}

/** What the person wrote with `#` goes before a rule, and a rule before what words mean otherwise. */
function readTask(text: string, context: RouteContext, { rules, vocabulary }: CompiledContext): ParsedTask | Refusal {
  const task = parseTask(text, vocabulary);
  if (!task.ok) return task;
  if (task.overrides.length > 0) return applyOverrides(task, context.connectors);
  const match = task.typed === undefined ? undefined : matchRule(rules, task.typed.words);
  return match === undefined || task.typed === undefined ? task : applyRule(task.typed, match, vocabulary);
}

function routeInline(
  task: Extract<ParsedTask, { kind: 'expression' | 'script' }>,
  { devices }: Fleet,
): RouteAnswer | Refusal {
  if (task.targets.length > 0)
    return refuse('usage', 'an expression runs in this session, not on a device', 'leave the @ out');
  return {
    ok: true,
    route: 'inline',
    action: { kind: 'inline', language: task.kind, source: task.body },
    devices: [],
    because: [task.because],
    rejected: [...noDevices(devices, 'an expression needs no device'), ...otherRoutes('inline', task.decided)],
  };
}

function routeShell(
  task: Extract<ParsedTask, { kind: 'shell' }>,
  context: RouteContext,
  fleet: Fleet,
): RouteAnswer | Refusal {
  const choice = chooseDevice(task.targets, fleet, 'shell', { by: task.devicesBy });
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  const action: Action = {
    kind: 'shell',
    command: task.body,
    access: task.access,
    ...(devices.every(({ local }) => local) && context.cwd !== undefined ? { cwd: context.cwd } : {}),
    ...(context.tty === undefined ? {} : { tty: context.tty, stdin: true }),
  };
  return {
    ok: true,
    route: 'desktop-local',
    device: devices[0],
    devices,
    action,
    because: [task.because, choice.because],
    rejected: [...rejected, ...otherRoutes('desktop-local', task.decided)],
  };
}
