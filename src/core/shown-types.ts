/**
 * Which artifacts are shown outside the terminal. Whoever made one is not trusted: a page, a script, a drawing or a program that could
 * act when it is opened is only ever saved.
 */

import type { PublishedArtifact } from './artifacts.ts';
import { DispatchError } from './errors.ts';

/** Types that a browser shows and never runs. */
const SHOWN =
  /^(text\/(plain|markdown|csv)|application\/(json|pdf)|image\/(png|jpeg|gif|webp|avif|bmp)|(audio|video)\/[a-z0-9.+-]+)$/;

export function isShown(mimeType: string): boolean {
  return SHOWN.test(mimeType.toLowerCase());
}

/**
 * Where a browser shows it; its server says the type, and that nothing else may be made of the bytes. Throws `refused` for what is
 * never opened. `save`: how the person saves it instead.
 */
export function addressToOpen({ name, mimeType, downloadUrl }: PublishedArtifact, save: string): string {
  if (!isShown(mimeType)) {
    throw new DispatchError('refused', `"${name}" is not opened, as it could run what is in it`, { hint: save });
  }
  // A bare file has no type: what opens it makes of it what it likes.
  if (!downloadUrl.startsWith('http://127.0.0.1:')) {
    throw new DispatchError('unavailable', `"${name}" is not opened, as the peer serves no addresses`, { hint: save });
  }
  return downloadUrl;
}
