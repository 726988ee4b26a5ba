// The table of docs/CONNECTORS.md has each key of the schema, and no other, with the default that holds.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type * as z from 'zod';
import { connectorSchema } from '../../../src/config/connector-schema.ts';
import { KEY_NAME } from '../../../src/core/connectors.ts';

const ROW = /^\| `([a-z0-9_.]+)` \| (.*?) \| .* \|$/gm;
const TEXT = readFileSync(new URL('../../../docs/CONNECTORS.md', import.meta.url), 'utf8');
const ROWS = new Map(Array.from(TEXT.matchAll(ROW), ([, key = '', value = '']) => [key, value]));
/** Their keys are those of `call`. */
const CALLS = new Set(['poll.call', 'files.list', 'files.get', 'cancel']);

interface Inner {
  readonly def: { readonly innerType?: z.ZodType };
  readonly shape?: Record<string, z.ZodType>;
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const { def, shape } = schema as unknown as Inner;
  return shape ?? (def.innerType === undefined ? undefined : shapeOf(def.innerType));
}

function keysOf(shape: Record<string, z.ZodType>, before = ''): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const key = `${before}${name}`;
    const inner = CALLS.has(key) ? undefined : shapeOf(schema);
    if (inner === undefined) return [key];
    return [...(key === 'call' ? [key] : []), ...keysOf(inner, `${key}.`)];
  });
}

it('names every key of a connector, and no other', () => {
  expect([...ROWS.keys()].sort()).toEqual(keysOf(connectorSchema().shape).sort());
});

it('tells the defaults that hold', () => {
  const least = { routes: ['cloud-code'], url: 'http://a', call: {}, response: { format: 'json' } };
  const parsed: Record<string, unknown> = connectorSchema().parse({ ...least, auth: {} });
  const auth = parsed.auth as Record<string, unknown>;
  const plain = {
    ...parsed,
    ...Object.fromEntries(Object.entries(auth).map(([key, value]) => [`auth.${key}`, value])),
  };
  for (const [key, value] of Object.entries(plain)) {
    if (key in least || ['limits', 'auth'].includes(key)) continue;
    const shown = JSON.stringify(value);
    expect(`${key} ${ROWS.get(key)}`).toBe(`${key} \`${shown}\``);
  }
  expect(ROWS.get('limits.response')).toBe('`"64MiB"`');
  expect(parsed.limits).toMatchObject({ response: 64 * 2 ** 20, connect: 10_000, idle: 120_000, retries: 2 });
});

it.each(['__proto__', 'a b', '', '.a', 'a'.repeat(101)])('takes no %j for the name of a key', (name) => {
  expect(KEY_NAME.test(name)).toBe(false);
  const least = { routes: ['cloud-code'], url: 'http://a', call: {}, response: { format: 'json' } };
  expect(connectorSchema().safeParse({ ...least, key: { keyring: name } }).success).toBe(false);
});
