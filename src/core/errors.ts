/**
 * The two kinds of trouble that have names: a refusal is a value that the domain returns, a failure is the one DispatchError.
 * Anything else that is thrown is a bug.
 */

/** Closed list: scripts and other devices depend on it. */
export const ERROR_CODES = [
  'usage', // the caller wrote it wrongly
  'invalid', // a value that no rule allows: bad frame, bad action, bad id
  'not-found', // no such run, approval, artifact, device, file, command
  'ambiguous', // a prefix that fits several
  'conflict', // what was asked contradicts what is already so
  'refused', // policy, permission or grant says no
  'unavailable', // no peer, no device, connection lost
  'locked', // another process holds it
  'version', // the two sides speak different versions
  'too-large', // over a stated limit
  'timeout',
  'cancelled',
  'storage', // the disk or the database said no
  'config',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The form that crosses a boundary (socket, stream, `--json`). */
export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  hint?: string;
  details?: Record<string, unknown>;
}

/** The domain says no, and why; nothing has changed. */
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly hint?: string;
  /** With `ambiguous`: what may be written instead, each as it is written: `@nas`. */
  readonly choices?: readonly string[];
}

export function refuse(code: ErrorCode, reason: string, hint?: string, choices?: readonly string[]): Refusal {
  return {
    ok: false,
    code,
    reason,
    ...(hint === undefined ? {} : { hint }),
    ...(choices === undefined ? {} : { choices }),
  };
}

interface FailureOptions {
  /** What the person can do next, as a phrase: `start it with "dispatch peer"`. */
  hint?: string;
  retryable?: boolean;
  cause?: unknown;
  details?: Record<string, unknown>;
}

/** Something outside the domain did not work. `message` says what happened and to what; `hint` says what to do. */
export class DispatchError extends Error {
  override readonly name = 'DispatchError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  static fromWire(wire: WireError): DispatchError {
    const { code, message, ...options } = wire;
    return new DispatchError(code, message, options);
  }

  static fromRefusal(refusal: Refusal): DispatchError {
    const { code, reason, hint, choices } = refusal;
    return new DispatchError(code, reason, {
      ...(hint === undefined ? {} : { hint }),
      ...(choices === undefined ? {} : { details: { choices } }),
    });
  }
}

/** Any thrown value as a DispatchError: what is not one already is a bug and becomes `internal`. */
export function asDispatchError(thrown: unknown): DispatchError {
  if (thrown instanceof DispatchError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DispatchError('internal', `internal error: ${message}`, {
    cause: thrown,
    hint: 'please report it with the output of "dispatch doctor"',
  });
}

/** Exit codes of the command line, derived from the code (DESIGN: 0, 1, 2, 124, 125, 126, 130). */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'usage':
    case 'invalid':
    case 'ambiguous':
      return 2;
    case 'refused':
      return 126;
    case 'timeout':
      return 124;
    case 'cancelled':
      return 130;
    case 'not-found':
    case 'conflict':
    case 'unavailable':
    case 'locked':
    case 'version':
    case 'too-large':
    case 'storage':
    case 'config':
    case 'internal':
      return 125;
  }
}
