/** Access levels as they are typed. */

import { ACCESS_LEVELS, type AccessLevel } from '../core/access.ts';
import { closest } from '../core/closest.ts';
import { DispatchError } from '../core/errors.ts';

/** `where`: the option or key that it stands behind. Throws `usage`. */
export function accessLevel(where: string, text: string, help: string): AccessLevel {
  const level = ACCESS_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  const close = closest(text, ACCESS_LEVELS);
  const [first, second, third] = ACCESS_LEVELS;
  throw new DispatchError('usage', `${where} ${text}: expected ${first}, ${second} or ${third}`, {
    hint: close === undefined ? help : `did you mean ${close}? ${help}`,
  });
}
