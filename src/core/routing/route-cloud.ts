/** Questions and programs: which connector they go to. They execute on this device, or where a device is named: then it is that one's to choose. */

import type { Action } from '../actions.ts';
import type { CodeAction, KnowledgeAction } from '../cloud.ts';
import type { CloudRoute } from '../connectors.ts';
import type { Device } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { chooseConnector } from './choose-connector.ts';
import { chooseDevice } from './choose-device.ts';
import type { RouteContext } from './context.ts';
import type { Fleet } from './fleet.ts';
import type { ParsedTask } from './grammar.ts';
import { noDevices, otherRoutes, type Rejected } from './rejected.ts';
import type { RouteAnswer } from './route-answer.ts';

type Question = Extract<ParsedTask, { kind: 'question' }>;
type Code = Extract<ParsedTask, { kind: 'code' }>;

export function routeQuestion(task: Question, context: RouteContext, fleet: Fleet): RouteAnswer | Refusal {
  const { connector: named, body: question, followUp, attach } = task;
  // A conversation goes on where it was: with the connector of the answer, which whoever submits it knows.
  const goesOn = followUp === true && named === undefined;
  const place = choosePlace(task, 'cloud-knowledge', goesOn ? undefined : context, fleet);
  if (!place.ok) return place;
  const { connector } = place;
  const action: KnowledgeAction = { kind: 'knowledge', question, ...(connector === undefined ? {} : { connector }) };
  return {
    ...answerOf('cloud-knowledge', action, place, task),
    ...(connector === undefined ? {} : { connector }),
    ...(followUp === undefined ? {} : { followUp }),
    ...(attach.length === 0 ? {} : { attach }),
  };
}

export function routeCode(task: Code, context: RouteContext, fleet: Fleet): RouteAnswer | Refusal {
  const { language, body: source } = task;
  const place = choosePlace(task, 'cloud-code', context, fleet, language);
  if (!place.ok) return place;
  const { connector } = place;
  const named = connector === undefined ? {} : { connector };
  const action: CodeAction = { kind: 'code', language, source, ...named };
  return { ...answerOf('cloud-code', action, place, task), ...named };
}

/** Words that nothing else explains: the assistant makes of them what it can, if there is one. */
export function routeWords(
  task: Extract<ParsedTask, { kind: 'plain' }>,
  context: RouteContext,
  fleet: Fleet,
): RouteAnswer | Refusal {
  const { assistant } = context;
  if (assistant === undefined) {
    return refuse(
      'usage',
      'write !command to run it, or ?question to ask: no assistant is configured for plain words',
      'also = for an expression, "list ~/work on @nas" for files, or /say to leave a message',
    );
  }
  const meant =
    task.targets.length === 0 ? undefined : chooseDevice(task.targets, fleet, 'connector', { by: task.devicesBy });
  if (meant?.ok === false) return meant;
  // The assistant of another device serves its own people alone: this one is told where.
  const asked = choosePlace(
    { ...task, targets: [], connector: assistant, connectorBy: 'the assistant of this device is' },
    'cloud-knowledge',
    context,
    fleet,
  );
  if (!asked.ok) return asked;
  const names = `@${task.targets.join(',')}`;
  const question = meant === undefined ? task.body : `on ${names}: ${task.body}`;
  const told = meant === undefined ? [] : [`the assistant is here, and is told "on ${names}"`];
  const others = fleet.devices.filter((device) => !asked.devices.includes(device));
  const rejected = noDevices(others, 'the assistant of this device is asked');
  const place = { ...asked, rejected, because: [...asked.because, ...told] };
  const action: KnowledgeAction = { kind: 'knowledge', question, connector: assistant, assistant: true };
  return {
    ...answerOf('cloud-knowledge', action, place, { because: 'plain words go to the assistant' }),
    connector: assistant,
    ...(task.attach.length === 0 ? {} : { attach: task.attach }),
  };
}

interface Place {
  readonly ok: true;
  readonly devices: readonly [Device, ...Device[]];
  readonly connector?: string;
  readonly because: readonly string[];
  readonly rejected: readonly Rejected[];
}

function choosePlace(
  { targets, connector: named, devicesBy, connectorBy: by = 'you named' }: ParsedTask,
  route: CloudRoute,
  /** Undefined where the connector is settled already. */
  context: RouteContext | undefined,
  fleet: Fleet,
  language?: string,
): Place | Refusal {
  const choice = targets.length > 0 ? chooseDevice(targets, fleet, 'connector', { by: devicesBy }) : here(fleet);
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  const where = choice.because === '' ? [] : [choice.because];
  if (context === undefined)
    return { ok: true, devices, because: [...where, 'whoever gave that answer goes on'], rejected };
  if (!devices.every(({ local }) => local)) {
    const own = devices.length > 1 ? 'each asks a connector of its own' : 'it asks a connector of its own';
    const because = [...where, named === undefined ? own : `${by} ${named}`];
    return { ok: true, devices, because, rejected, ...(named === undefined ? {} : { connector: named }) };
  }
  const wanted = {
    route,
    ...(named === undefined ? {} : { named, by }),
    ...(language === undefined ? {} : { language }),
  };
  const chosen = chooseConnector(wanted, context.connectors);
  if (!chosen.ok) return chosen;
  return { ok: true, devices, connector: chosen.connector, because: [...where, chosen.because], rejected };
}

function here({ local, devices }: Fleet): ReturnType<typeof chooseDevice> {
  if (local === undefined) return refuse('unavailable', 'this device is not known yet', 'try again in a moment');
  const others = devices.filter((device) => device !== local);
  return {
    ok: true,
    devices: [local],
    because: '',
    rejected: noDevices(others, 'you did not name it: this device asks'),
  };
}

function answerOf(
  route: CloudRoute,
  action: Action,
  place: Place,
  { because, decided }: { readonly because: string; readonly decided?: string },
): RouteAnswer {
  const { devices, rejected } = place;
  return {
    ok: true,
    route,
    device: devices[0],
    devices,
    action,
    because: [because, ...place.because],
    rejected: [...rejected, ...otherRoutes(route, decided)],
  };
}
