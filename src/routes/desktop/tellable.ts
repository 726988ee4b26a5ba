/**
 * Which files whoever asks for a command may be told of before anybody has said yes: those that it could look at anyway. That one is
 * there, and what its hash is, would else be known from the request for an approval.
 */

import { isInside } from '../../core/policy/paths.ts';
import { HIDDEN_PLACES } from './sandbox/hidden-places.ts';
import { findPlaces } from './sandbox/places.ts';

export interface TellableOptions {
  readonly home: string;
  /** The folders of the system, where programs lie. Absolute. */
  readonly system: readonly string[];
  /** That runs may reach: absolute, links resolved. Any may be told of if absent. */
  readonly folders?: readonly string[];
  /** What the sandbox hides besides the list. Without a sandbox there is nothing that knows, and no name with a dot is told. */
  readonly hidden?: readonly string[];
}

/** For absolute paths with their links resolved. */
export function tellable({ home, system, folders, hidden }: TellableOptions): (path: string) => boolean {
  if (folders === undefined) return () => true;
  const hides = hiddenFrom(home, hidden ?? []);
  return (path) => {
    if (hides(path)) return false;
    if (system.some((folder) => isInside(folder, path))) return true;
    const folder = folders.find((each) => isInside(each, path));
    return folder !== undefined && (hidden !== undefined || !/(^|\/)\./.test(path.slice(folder.length)));
  };
}

/** Whether the sandbox hides that path, as what there is stands now. */
export function hiddenFrom(home: string, more: readonly string[]): (path: string) => boolean {
  let places: ReturnType<typeof findPlaces> | undefined;
  return (path) => {
    places ??= findPlaces([...HIDDEN_PLACES.flatMap(({ paths }) => paths), ...more], home);
    return places.some((place) => isInside(place.path, path));
  };
}
