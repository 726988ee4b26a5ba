/**
 * Names the type of a file by its first bytes, and by its name where the bytes leave it open. The bytes win: text never becomes a
 * video because it ends in `.ts`, and a name does not make an image of what is none. The libraries load at first use.
 */

import { extname } from 'node:path';
import { encodingOf } from '../core/text-encoding.ts';
import type { MimeSniffer } from '../engine/ports.ts';

/** By extension, where the registered type means something else or there is none. */
const OWN_TYPES: Readonly<Record<string, string>> = {
  '.ts': 'text/typescript',
  '.tsx': 'text/typescript',
  '.mts': 'text/typescript',
  '.cts': 'text/typescript',
  '.cjs': 'text/javascript',
  '.py': 'text/x-python',
  '.rs': 'text/x-rust',
  '.go': 'text/x-go',
  '.rb': 'text/x-ruby',
  '.kt': 'text/x-kotlin',
  '.swift': 'text/x-swift',
  '.diff': 'text/x-diff',
  '.patch': 'text/x-diff',
  '.jsonl': 'application/x-ndjson',
  '.ndjson': 'application/x-ndjson',
};

/** Types outside of `text/` whose content is text. */
const TEXTUAL =
  /^(text\/.+|.+\+(json|xml)|application\/(json|json5|xml|xml-dtd|javascript|ecmascript|node|typescript|toml|yaml|x-yaml|x-ndjson|sql|graphql|x-sh|x-csh|x-perl|x-tcl|x-tex|x-latex|x-httpd-php|x-subrip|pgp-keys|pgp-signature|x-pem-file|x-x509-ca-cert))$/;
const ZIPPED =
  /^application\/(vnd\.(openxmlformats-officedocument|oasis\.opendocument|ms-[a-z]+\..*macroenabled|android)\..*|.*\+zip|java-archive|x-xpinstall)/i;
const COMPOUND = /^application\/(msword|vnd\.ms-(excel|powerpoint|project|outlook)|vnd\.visio|x-msi)$/;

const PLAIN = 'text/plain';
const UNKNOWN = 'application/octet-stream';

export function createMimeSniffer(): MimeSniffer {
  return {
    async type(name, head) {
      const text = decodeText(head);
      const named = await typeByName(name);
      return text === undefined ? typeOfBinary(head, named) : typeOfText(text, named);
    },
  };
}

async function typeByName(name: string): Promise<string | undefined> {
  const own = OWN_TYPES[extname(name).toLowerCase()];
  if (own !== undefined) return own;
  const { default: mime } = await import('mime');
  return mime.getType(name) ?? undefined;
}

function typeOfText(text: string, named: string | undefined): string {
  const known = typeOfTextContent(text, named);
  if (known !== undefined) return known;
  if (named === undefined || !TEXTUAL.test(named)) return PLAIN;
  return named === 'application/json' && text !== '' && !/^\s*(["[{\-\d]|(true|false|null)\b)/.test(text)
    ? PLAIN
    : named;
}

/** What the beginning of a text gives away; for Markdown, CSV and most languages it is the name that tells. */
function typeOfTextContent(text: string, named: string | undefined): string | undefined {
  if (text.startsWith('%PDF-')) return 'application/pdf';
  if (text.startsWith('%!PS')) return 'application/postscript';
  if (text.startsWith('{\\rtf')) return 'application/rtf';
  if (named !== undefined && TEXTUAL.test(named) && named !== PLAIN) return undefined;
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(text))
    return 'image/svg+xml';
  if (named === PLAIN) return undefined;
  if (/^\s*<(!doctype html|html)[\s>]/i.test(text)) return 'text/html';
  if (/^\s*<\?xml\s/.test(text)) return 'application/xml';
  if (/^#!.*\b(ba|z|da|k)?sh\b/.test(text)) return 'application/x-sh';
  if (/^#!.*\bpython/.test(text)) return 'text/x-python';
  if (/^#!.*\bnode\b/.test(text)) return 'text/javascript';
  return named === undefined && looksLikeJson(text) ? 'application/json' : undefined;
}

function looksLikeJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The rest may be beyond the first bytes.
    return /^\s*(\[\s*)*\{\s*"[^"\n]*"\s*:/.test(text) && text.length > 1024;
  }
}

async function typeOfBinary(head: Uint8Array, named: string | undefined): Promise<string> {
  const { fileTypeFromBuffer, supportedMimeTypes } = await import('file-type');
  const found = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  if (found === undefined) {
    // A type that would have been recognised is not it.
    return named === undefined || TEXTUAL.test(named) || supportedMimeTypes.has(named) ? UNKNOWN : named;
  }
  if (named !== undefined && found === 'application/zip' && ZIPPED.test(named)) return named;
  if (named !== undefined && found === 'application/x-cfb' && COMPOUND.test(named)) return named;
  return found;
}

/** The bytes as text: UTF-8, or UTF-16 with its mark, without characters that no text has; undefined if they are not. */
function decodeText(head: Uint8Array): string | undefined {
  try {
    // As a stream: the last character may be cut.
    const text = new TextDecoder(encodingOf(head), { fatal: true }).decode(head, { stream: true });
    return /[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
