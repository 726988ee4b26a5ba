// Steps for the browser or the screen of a device, written in the editor of the person. They are one run, which asks as any other does.

import { SESSION_NAME } from '../../core/browser.ts';
import type { Model } from '../model/model.ts';
import { type Step, say, step } from './step.ts';

/** `argument`: the device, and a session of its browser if it is not the usual one. */
export function writeSteps(model: Model, argument: string): Step {
  const [name = '', session, ...more] = argument.split(/\s+/);
  const wanted = name.replace(/^@/, '');
  const device = model.devices.find((each) => each.name === wanted || (each.local && wanted === 'local'));
  if (device === undefined) return say(model, 'warning', `there is no device "${wanted}": name one as in @nas`);
  if (more.length > 0 || (session !== undefined && !SESSION_NAME.test(session)))
    return say(model, 'warning', 'a session is one word: letters, digits, "-" and "_", at most 63');
  if (model.connection.state !== 'connected') return say(model, 'warning', 'not connected: nothing can be sent now');
  const into = session === undefined ? {} : { session };
  return step(model, { type: 'write-steps', device: { id: device.id, name: device.name }, ...into });
}
