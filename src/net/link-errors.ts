/** The errors that everything on a link ends with: the link went, or the caller did not want it any more. */

import { DispatchError } from '../core/errors.ts';

/** What is rejected with once a link is down. */
export function linkDown(name: string): DispatchError {
  return new DispatchError('unavailable', `the connection to ${name} was lost`, {
    retryable: true,
    hint: 'it is tried again by itself; see "dispatch devices"',
    details: { stage: 'lost' },
  });
}

/** What is rejected with when a signal aborted before there was an answer. */
export function notWanted(what: string): DispatchError {
  return new DispatchError('cancelled', `${what} was given up`);
}
