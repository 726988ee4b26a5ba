import { expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { errorAnswer, RPC_CODES, RpcFault } from '../../../src/protocol/json-rpc.ts';

it('an error answer has a number for JSON-RPC and the wire form for us', () => {
  const error = new DispatchError('not-found', 'there is no run 9', { hint: 'list them', details: { run: 9 } });
  const answer = errorAnswer(3, error);
  expect(answer).toEqual({
    jsonrpc: '2.0',
    id: 3,
    error: {
      code: -32000,
      message: 'there is no run 9',
      data: {
        code: 'not-found',
        message: 'there is no run 9',
        retryable: false,
        hint: 'list them',
        details: { run: 9 },
      },
    },
  });
  const again = 'error' in answer ? DispatchError.fromWire(answer.error.data) : undefined;
  expect(again?.toWire()).toEqual(error.toWire());
});

it('what is wrong with a message itself has the number that the specification gives it, and a bug has its own', () => {
  const codeOf = (error: DispatchError): number | undefined => {
    const answer = errorAnswer(null, error);
    return 'error' in answer ? answer.error.code : undefined;
  };
  expect(codeOf(new RpcFault(RPC_CODES.parse, 'not JSON', 'mend it'))).toBe(-32700);
  expect(codeOf(new RpcFault(RPC_CODES.params, 'wrong', 'mend it'))).toBe(-32602);
  expect(codeOf(new DispatchError('internal', 'a bug'))).toBe(-32603);
});
