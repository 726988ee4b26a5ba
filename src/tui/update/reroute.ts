// Sending a run that nobody has begun elsewhere, by a command or a key. Whether it may be is for the peer to say.

import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { findRunByRef } from '../model/select.ts';
import { type Step, say, step, toast } from './step.ts';

const EXAMPLE = 'for example: /reroute 12 @nas, or /reroute 12 #CONNECTOR';

/** `argument`: the run, and `@device`, `#connector`, or both. */
export function rerouteBy(model: Model, argument: string): Step {
  const [ref = '', ...places] = argument.split(/\s+/);
  const run = findRunByRef(model, ref.replace(/^#/, ''));
  if (run === undefined)
    return say(model, 'warning', `there is no run "${ref}" in sight: give its number, as the Runs pane shows it`);
  const devices = places.flatMap((place) => (/^@./.test(place) ? [place.slice(1)] : []));
  const connectors = places.flatMap((place) => (/^#./.test(place) ? [place.slice(1)] : []));
  const [device] = devices;
  const [connector] = connectors;
  if (
    places.length === 0 ||
    devices.length > 1 ||
    connectors.length > 1 ||
    devices.length + connectors.length < places.length
  )
    return say(model, 'warning', EXAMPLE);
  if (model.connection.state !== 'connected') return say(model, 'warning', 'not connected: nothing can be sent now');
  if (model.retrying.includes(run.id)) return say(model, 'info', `run ${run.number} is being sent elsewhere`);
  const to = { ...(device === undefined ? {} : { device }), ...(connector === undefined ? {} : { connector }) };
  return step({ ...model, retrying: [...model.retrying, run.id] }, { type: 'reroute', run: run.id, ...to });
}

export const rerouted = (model: Model, run: Run, of: string): Model =>
  toast(
    { ...model, retrying: model.retrying.filter((id) => id !== of) },
    'success',
    `re-routed as run ${run.number}`,
    of,
  );
