/** What the errors of Node and undici tell of a request: what lies beneath, and whether it can have arrived. It makes no words for people. */

import { DispatchError } from '../../../core/errors.ts';

export type NetworkError = Error & { readonly code?: string; readonly syscall?: string };

const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH)/;
/** What happens before there is a connection. Of Node's codes, that is told by the system call. */
const BEFORE = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const BEFORE_CALLS = new Set(['connect', 'getaddrinfo']);

/** `fetch` says little: what happened is the cause of its error, and with several addresses the first of many. */
export function deepest(thrown: unknown): NetworkError {
  let error = thrown as NetworkError & { errors?: unknown[] };
  for (let depth = 0; depth < 5; depth++) {
    const inner = error.errors?.[0] ?? error.cause;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  return error;
}

export function isTls({ code }: NetworkError): boolean {
  return TLS.test(code ?? '');
}

/** It failed before anything of the request was sent: also where we would not dial. */
export function isUnsent(thrown: unknown): boolean {
  const error = deepest(thrown);
  if (error instanceof DispatchError) return error.code === 'refused';
  if (isTls(error) || proxyStatus(error) !== undefined) return true;
  return BEFORE.has(error.code ?? '') || BEFORE_CALLS.has(error.syscall ?? '');
}

/** With what a proxy answered instead of leading on: undici has it in words only. */
export function proxyStatus({ message }: Error): number | undefined {
  const [, status] = /^Proxy response \((\d{3})\)/.exec(message) ?? [];
  if (status !== undefined) return Number(status);
  return /proxy authentication required/i.test(message) ? 407 : undefined;
}
