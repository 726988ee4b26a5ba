/**
 * The messages of JSON-RPC 2.0 (https://www.jsonrpc.org/specification) as the control socket speaks it: no batches, and no
 * notifications from clients. An error carries the wire form of a DispatchError as its data.
 */

import { DispatchError, type WireError } from '../core/errors.ts';

export type RpcId = string | number;

export interface RpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly method: string;
  readonly params?: unknown;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: WireError;
}

/** An error about what cannot be told from which request it was has the id null. */
export type RpcAnswer =
  | { readonly jsonrpc: '2.0'; readonly id: RpcId; readonly result: unknown }
  | { readonly jsonrpc: '2.0'; readonly id: RpcId | null; readonly error: RpcError };

export interface RpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params: unknown;
}

/** The codes of the specification, and one for everything that a method itself refuses or fails at. */
export const RPC_CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  failure: -32000,
} as const;

export type RpcCode = (typeof RPC_CODES)[keyof typeof RPC_CODES];

/** What is wrong with a message, before any method has been called. */
export class RpcFault extends DispatchError {
  readonly rpcCode: RpcCode;

  constructor(rpcCode: RpcCode, message: string, hint: string) {
    super('invalid', message, { hint });
    this.rpcCode = rpcCode;
  }
}

export function errorAnswer(id: RpcId | null, error: DispatchError): RpcAnswer {
  const code =
    error instanceof RpcFault ? error.rpcCode : error.code === 'internal' ? RPC_CODES.internal : RPC_CODES.failure;
  return { jsonrpc: '2.0', id, error: { code, message: error.message, data: error.toWire() } };
}
