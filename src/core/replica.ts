/**
 * Whose word counts: which events of another device's log may be copied here. A log proves who wrote it and nothing more, so a device
 * is believed only about runs that are its own: those that it submitted, and those that it executes. Pure.
 */

import type { LogEvent } from './events.ts';
import type { DeviceId } from './ids.ts';
import type { Run } from './runs.ts';
import { parsePlace } from './thread.ts';

/** `known` is the run that the event names, as it is here; `self` is this device. The event is one of the log of `event.device`. */
export function mayTell(event: LogEvent, known: Run | undefined, self: DeviceId): boolean {
  const teller = event.device;
  if (teller === self) return false;
  switch (event.type) {
    case 'message.said':
      return event.by.device === teller;
    case 'run.submitted':
      if (event.by.device !== teller) return false;
      // What is to run here comes as an offer, and is written down by this device alone.
      return known === undefined ? event.data.device !== self : known.origin === teller;
    case 'run.received': {
      const { origin, device, place } = event.data;
      if (device !== teller || event.by.device !== origin || parsePlace(place)?.device !== origin) return false;
      return known === undefined ? origin !== self : known.device === teller && known.origin === origin;
    }
    case 'run.offered':
    case 'run.cancel_requested':
      return known?.origin === teller && known.device !== self;
    case 'run.failed':
    case 'run.cancelled':
      return known !== undefined && known.device !== self && (known.device === teller || known.origin === teller);
    case 'run.accepted':
    case 'run.started':
    case 'run.answered':
    case 'run.completed':
    case 'approval.requested':
    case 'approval.agreed':
    case 'approval.edited':
    case 'approval.decided':
    case 'approval.expired':
    case 'artifact.created':
    case 'artifact.removed':
      return known?.device === teller;
  }
}
