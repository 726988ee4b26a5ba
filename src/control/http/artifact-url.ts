/**
 * The URLs that artifacts are served under, and what a request for one must look like. The token is what lets a program in: it
 * binds one artifact to one start of the peer. The name is for people and for what saves the file; nothing is found by it.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Artifact } from '../../core/artifacts.ts';

const TARGET = /^\/artifacts\/([0-9a-z]{1,64})\/[^/?#]{1,4096}(?:\?(.*))?$/;
const TOKEN_BYTES = 16;

export interface AskedArtifact {
  readonly id: string;
  readonly isGenuine: boolean;
  /** It is to be saved, and not shown. */
  readonly save: boolean;
}

export interface ArtifactUrls {
  of(artifact: Pick<Artifact, 'id' | 'name'>, port: number): string;
  /** What the target of a request names; undefined if it is nothing that was ever given out. */
  parse(target: string): AskedArtifact | undefined;
}

export function createArtifactUrls(key: Uint8Array): ArtifactUrls {
  const tokenOf = (id: string): Buffer => createHmac('sha256', key).update(id).digest().subarray(0, TOKEN_BYTES);
  return {
    of: ({ id, name }, port) =>
      `http://127.0.0.1:${port}/artifacts/${id}/${encodeURIComponent(fileName(name, id))}?token=${tokenOf(id).toString('base64url')}`,
    parse(target) {
      const [, id, query] = TARGET.exec(target) ?? [];
      if (id === undefined) return undefined;
      const [, word = '', save] = /^token=([\w-]+)(&download=1)?$/.exec(query ?? '') ?? [];
      const given = Buffer.from(word, 'base64url');
      const token = tokenOf(id);
      const isGenuine = given.length === token.length && timingSafeEqual(given, token);
      return { id, isGenuine, save: save !== undefined };
    },
  };
}

/** The last part of an artifact's name; its id where that would be no name of a file. */
export function fileName(name: string, id: string): string {
  const last = name.toWellFormed().replaceAll('\\', '/').split('/').at(-1) ?? '';
  return last === '' || last === '.' || last === '..' ? id : last;
}
