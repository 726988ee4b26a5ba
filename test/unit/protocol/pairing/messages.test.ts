import { expect, test } from 'vitest';
import {
  decodeMessage,
  encodeBody,
  frameBody,
  MAX_PAIR_MESSAGE_BYTES,
  type PairMessage,
} from '../../../../src/protocol/pairing/messages.ts';

const HEX = 'ab'.repeat(32);
const DEVICE = { name: 'nas', platform: 'linux' };
const VERSIONS = { oldest: 1, newest: 1 };

const MESSAGES: PairMessage[] = [
  { type: 'hello', method: 'ticket', versions: VERSIONS, device: DEVICE, nonce: HEX, session: 'ab'.repeat(8) },
  { type: 'hello', method: 'compare', versions: VERSIONS, device: DEVICE, nonce: HEX },
  { type: 'challenge', nonce: HEX, offer: HEX, at: 1 },
  { type: 'proof', at: 1 },
  { type: 'proof', at: 1, nonce: HEX },
  {
    type: 'record',
    versions: VERSIONS,
    device: DEVICE,
    grants: ['run', 'observe'],
    mutual: false,
    salt: 'ab'.repeat(16),
    addresses: ['/ip4/10.0.0.1/tcp/4747'],
    leftMs: 5,
  },
  { type: 'confirm', give: [], addresses: [] },
  { type: 'kept', given: ['run'], held: [] },
  { type: 'done' },
  { type: 'resume' },
  { type: 'refused', reason: 'used' },
];

test.each(MESSAGES)('$type comes out as it went in', (message) => {
  const body = encodeBody(message);
  expect(decodeMessage(frameBody(body))).toEqual({ message, body });
  const proof = Buffer.alloc(32, 9);
  expect(decodeMessage(frameBody(body, proof))).toEqual({ message, body, proof });
});

const HELLO = MESSAGES[0] as object;
test.each<[string, unknown]>([
  ['an unknown type', { type: 'give-me' }],
  ['no type', {}],
  ['a list', []],
  ['something more', { type: 'done', more: 1 }],
  ['an unknown grant', { type: 'confirm', give: ['root'], addresses: [] }],
  ['a name that drives a terminal', { ...HELLO, device: { ...DEVICE, name: '\u001b[2J' } }],
  ['a name with a space', { ...HELLO, device: { ...DEVICE, name: 'my nas' } }],
  ['a long name', { ...HELLO, device: { ...DEVICE, name: 'a'.repeat(64) } }],
  ['a short nonce', { ...HELLO, nonce: 'ab' }],
  ['an unknown method', { ...HELLO, method: 'trust-me' }],
  ['an unknown reason', { type: 'refused', reason: 'because' }],
  ['an address that is none', { type: 'confirm', give: [], addresses: ['10.0.0.1'] }],
  ['an address that drives a terminal', { type: 'confirm', give: [], addresses: ['/\u001b[2J'] }],
  ['too many addresses', { type: 'confirm', give: [], addresses: Array(17).fill('/ip4/10.0.0.1/tcp/1') }],
  ['a time before time', { type: 'challenge', nonce: HEX, offer: HEX, at: -1 }],
])('%s is refused', (_what, value) => {
  expect(() => decodeMessage(frameBody(Buffer.from(JSON.stringify(value))))).toThrow(
    /a message that is none of pairing/,
  );
});

test.each<[string, Uint8Array]>([
  ['nothing', Buffer.of()],
  ['a kind only', Buffer.of(0)],
  ['an unknown kind', Buffer.from('\u0002{"type":"done"}')],
  ['a proof that is cut off', Buffer.from('\u0001{"type":"done"}')],
  ['a proof of nothing', Buffer.concat([Buffer.of(1), Buffer.alloc(32)])],
  ['no JSON', Buffer.from('\0{"type":')],
  ['no UTF-8', Buffer.from([0, 0x22, 0xff, 0x22])],
  [
    'too much',
    Buffer.concat([Buffer.of(0), Buffer.from(JSON.stringify({ type: 'done' }).padEnd(MAX_PAIR_MESSAGE_BYTES))]),
  ],
])('%s is refused', (_what, bytes) => {
  expect(() => decodeMessage(bytes)).toThrow(/a message that is none of pairing/);
});
