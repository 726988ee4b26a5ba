/**
 * What a browser is told about an artifact. Whoever made it is not trusted: a page, a script or a drawing that could run in a
 * browser is only ever saved, and nothing that is shown may load, run or be embedded by anything.
 */
import type { Artifact } from '../../core/artifacts.ts';
import { isShown } from '../../core/shown-types.ts';
import type { TextEncoding } from '../../core/text-encoding.ts';
import { fileName } from './artifact-url.ts';

type Headers = Record<string, string>;

/** Of every answer. */
export const SAFE_HEADERS: Readonly<Headers> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // The URL holds the token.
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  // Bytes that are removed must not live on in a browser, nor secrets that were in them.
  'Cache-Control': 'no-store',
};

const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** A browser shows no PDF inside a sandbox; its viewer has one of its own, and asks for styles of its own. */
const PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'";

/** Whether it has a character encoding, which is told. */
export function isText({ mimeType }: Pick<Artifact, 'mimeType'>): boolean {
  const type = soundType(mimeType);
  return type.startsWith('text/') || type === 'application/json';
}

function soundType(mimeType: string): string {
  const type = mimeType.toLowerCase();
  return TYPE.test(type) ? type : 'application/octet-stream';
}

export interface Served {
  /** Whatever its type. */
  readonly save: boolean;
  /** Of what is text. */
  readonly encoding: TextEncoding;
}

export function artifactHeaders(artifact: Artifact, { save, encoding }: Served): Headers {
  const sound = soundType(artifact.mimeType);
  const disposition = isShown(sound) && !save ? 'inline' : 'attachment';
  return {
    ...SAFE_HEADERS,
    ...(sound === 'application/pdf' ? { 'Content-Security-Policy': PDF_POLICY } : {}),
    'Content-Type': isText(artifact) ? `${sound}; charset=${encoding}` : sound,
    'Content-Disposition': `${disposition}; ${namedFile(fileName(artifact.name, artifact.id))}`,
    'Accept-Ranges': 'bytes',
    ETag: etagOf(artifact),
  };
}

export function etagOf({ sha256 }: Artifact): string {
  return `"${sha256}"`;
}

/** Both spellings of RFC 6266: plain for old readers, RFC 5987 for the name as it is. Nothing that could mislead the eye. */
function namedFile(name: string): string {
  const shown = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_');
  const plain = shown.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const spelt = encodeURIComponent(shown).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return `filename="${plain}"; filename*=UTF-8''${spelt}`;
}
