/**
 * The peer's own log, on standard error: one line an event, for people on a terminal and in the journal, as JSON everywhere else.
 * Secrets are masked in every text of a line, and no character of a line can drive a terminal. It stores and rotates nothing.
 */

import { pino } from 'pino';
import { DispatchError } from '../core/errors.ts';
import { MASK, maskSecrets } from '../core/secrets.ts';

/** What a line says beyond its message: names as in the schemas, values that JSON can hold. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface PeerLog {
  info(message: string, fields?: LogFields): void;
  /** Something that its owner should look at, and that the peer can live with. */
  warn(message: string, fields?: LogFields): void;
  error(message: string, cause?: unknown, fields?: LogFields): void;
}

/**
 * `text`: the time, the level, the message, then `name=value`. `journal`: the same without the time, which the journal has itself,
 * behind a priority such as `<3>`. `json`: one object a line. `json-journal`: that object behind a priority.
 */
export type LogFormat = 'text' | 'journal' | 'json' | 'json-journal';

const LEVELS: Readonly<Record<number, string>> = { 30: 'info', 40: 'warn', 50: 'error' };
/** Of syslog, as sd-daemon(3) reads them at the start of a line: error, warning, informational. */
const PRIORITIES: Readonly<Record<number, string>> = { 30: '<6>', 40: '<4>', 50: '<3>' };
/** Deeper than this nothing is told: a log line is no place for a tree. */
const MAX_DEPTH = 6;

export function createPeerLog(write: (line: string) => void, format: LogFormat = 'json'): PeerLog {
  const line = format === 'text' || format === 'journal' ? createTextLine(format) : jsonLine;
  const prefix = (level: number): string =>
    format === 'journal' || format === 'json-journal' ? (PRIORITIES[level] ?? '') : '';
  const sink = {
    // pino leaves here what the line was made of, so that it need not be parsed again.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    lastMsg: '',
    lastObj: {} as LogFields,
    write(json: string) {
      write(prefix(sink.lastLevel) + line(json, sink));
    },
  };
  const logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Whoever logs an error here has described it already.
      serializers: { err: (error: unknown) => error },
    },
    sink,
  );
  return {
    info: (message, fields = {}) => logger.info(maskFields(fields), maskSecrets(message)),
    warn: (message, fields = {}) => logger.warn(maskFields(fields), maskSecrets(message)),
    error: (message, cause, fields = {}) =>
      logger.error(
        maskFields(cause === undefined ? fields : { ...fields, err: describe(cause) }),
        maskSecrets(message),
      ),
  };
}

interface Line {
  readonly lastLevel: number;
  readonly lastMsg: string;
  readonly lastObj: LogFields;
}

function jsonLine(json: string): string {
  return `${json.trimEnd().replace(UNSAFE, escapeUnit)}\n`;
}

function createTextLine(format: 'text' | 'journal'): (json: string, line: Line) => string {
  return (_json, { lastLevel, lastMsg, lastObj }) => {
    const { err, ...fields } = lastObj as { err?: ErrorFields };
    const words = [
      ...(format === 'text' ? [new Date().toISOString()] : []),
      ...(format === 'text' ? [LEVELS[lastLevel]] : []),
      [lastMsg, err?.stack ?? err?.message, err?.hint].filter((part) => part !== undefined).join(': '),
      ...Object.entries(fields).map(
        ([name, value]) => `${name}=${PLAIN.test(String(value)) ? value : JSON.stringify(value)}`,
      ),
    ];
    return `${words.join(' ').replaceAll('\n', '\\n').replace(UNSAFE, escapeUnit)}\n`;
  };
}

/** A value that needs no quotes. */
const PLAIN = /^[^\s"=[{]+$/;

/** Control characters, and those that turn the direction of text or are not seen. JSON escapes only some of them. */
const UNSAFE = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface ErrorFields {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  /** Of what nobody expected; an error with a name of its own says enough by itself. */
  readonly stack?: string;
}

function describe(cause: unknown): ErrorFields {
  if (cause instanceof DispatchError) {
    const { code, message, hint } = cause;
    return hint === undefined ? { code, message } : { code, message, hint };
  }
  if (!(cause instanceof Error)) return { message: String(cause) };
  return cause.stack === undefined ? { message: cause.message } : { message: cause.message, stack: cause.stack };
}

function maskFields(fields: LogFields): LogFields {
  return mask(fields, 0) as LogFields;
}

/** A copy in which no text holds a secret, whether it is known by its form or by the name that it stands under. */
function mask(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Error) return mask(describe(value), depth);
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecretName(name) ? MASK : mask(inner, depth + 1)]),
  );
}

function isSecretName(name: string): boolean {
  const pair = `${name}=x`;
  return maskSecrets(pair) !== pair;
}
