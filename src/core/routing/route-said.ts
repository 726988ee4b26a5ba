/** Plain words that are understood: files, a page, the screen, or a transfer between two devices. */

import type { Action } from '../actions.ts';
import { type Refusal, refuse } from '../errors.ts';
import { type FileOperation, pathsOf } from '../files.ts';
import type { RunId } from '../ids.ts';
import { chooseDevice } from './choose-device.ts';
import type { RouteContext } from './context.ts';
import type { Fleet } from './fleet.ts';
import type { ParsedTask } from './grammar.ts';
import type { PlainTask } from './plain-tasks.ts';
import { noDevices, otherRoutes } from './rejected.ts';
import type { RouteAnswer } from './route-answer.ts';

export function routeSaid(
  task: ParsedTask,
  said: PlainTask,
  context: RouteContext,
  fleet: Fleet,
): RouteAnswer | Refusal {
  if (said.kind === 'unclear') return refuse('usage', said.reason, said.hint);
  if (said.kind === 'transfer') return routeTransfer(task, said, fleet);
  const choice =
    said.kind === 'desktop' || said.kind === 'browser'
      ? chooseDevice(task.targets, fleet, said.kind, { by: task.devicesBy })
      : chooseDevice(task.targets, fleet, 'files', { paths: pathsOf(operationOf(said)), by: task.devicesBy });
  if (!choice.ok) return choice;
  const { devices, rejected } = choice;
  if (said.kind === 'edit' && devices.length > 1)
    return refuse('usage', 'a file is edited on one device at a time', 'name one device');
  const isHere = devices.every(({ local }) => local) && context.cwd !== undefined;
  const cwd = isHere && context.cwd !== undefined ? { cwd: context.cwd } : {};
  const action: Action =
    said.kind === 'desktop' || said.kind === 'browser'
      ? said.action
      : { kind: 'files', operation: operationOf(said), ...cwd };
  return {
    ok: true,
    route: 'desktop-local',
    device: devices[0],
    devices,
    action,
    because: [task.because, choice.because],
    ...(said.kind === 'edit' ? { edit: { path: said.path } } : {}),
    rejected: [...rejected, ...otherRoutes('desktop-local', task.decided)],
  };
}

/** What is read to be edited is read as any other text. */
function operationOf(said: Extract<PlainTask, { kind: 'files' | 'edit' }>): FileOperation {
  return said.kind === 'edit' ? { op: 'read', path: said.path, as: 'text' } : said.operation;
}

function routeTransfer(
  task: ParsedTask,
  { from, to }: Extract<PlainTask, { kind: 'transfer' }>,
  fleet: Fleet,
): RouteAnswer | Refusal {
  const [rest = 'local', ...others] = task.targets;
  if (others.length > 0) {
    return refuse('usage', 'a copy is from one place to one other', 'write the device before each: @nas:~/a.txt');
  }
  const ends = [from, to].map(({ device = rest }) => chooseDevice([device], fleet, 'files'));
  const [source, target] = ends;
  if (source?.ok !== true) return source as Refusal;
  if (target?.ok !== true) return target as Refusal;
  const [sender] = source.devices;
  const [receiver] = target.devices;
  if (sender.id === receiver.id) {
    return refuse('usage', `both places are on ${sender.name}`, 'write the device before both, or before none');
  }
  const name = from.path.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  const because = `it goes from ${sender.name} to ${receiver.name}`;
  const passedOver = fleet.devices.filter((device) => device !== sender && device !== receiver);
  return {
    ok: true,
    route: 'desktop-local',
    device: receiver,
    devices: [receiver],
    // The run that sends has no id before it is submitted: what stands here is only looked at.
    action: {
      kind: 'files',
      operation: {
        op: 'receive',
        path: to.path,
        from: { device: sender.id, run: UNSENT, name: name === '' ? '.' : name },
      },
    },
    transfer: { from: { device: sender, path: from.path }, to: { device: receiver, path: to.path } },
    because: [task.because, because],
    rejected: [...noDevices(passedOver, because), ...otherRoutes('desktop-local', task.decided)],
  };
}

const UNSENT = '0000000000000000' as RunId;
