/**
 * Who may ask anything: whoever has the key, and is no web page. A page of any site can make a browser ask a server on loopback, and by
 * its own name server even under its own name; so a request that names another host, or an origin, is refused before the key is read.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './http-problem.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** Throws HttpProblem. */
export function admitRequest({ headers }: IncomingMessage, key: string): void {
  if (headers.host === undefined || !LOOPBACK.test(headers.host))
    throw new HttpProblem(403, 'the Host header names no loopback address');
  if (headers.origin !== undefined) throw new HttpProblem(403, 'web pages are not served: there is an Origin header');
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (given === undefined || !timingSafeEqual(digest(given), digest(key)))
    throw new HttpProblem(401, 'the key is missing or wrong', { 'www-authenticate': 'Bearer' });
}

/** Of one length, whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
