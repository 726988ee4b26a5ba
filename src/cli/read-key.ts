/** Reads a key that nobody is to see: from a pipe, or typed without being shown. */

import { DispatchError } from '../core/errors.ts';
import type { CliContext } from './context.ts';
import { readSource } from './read-source.ts';

const LONGEST = 16 * 1024;

export async function readKey(context: CliContext, name: string): Promise<string> {
  const typed = context.stdin.isTTY ? await typeIt(context, name) : (await readSource('-', context.stdin)).toString();
  const key = typed.trim();
  if (key === '') throw new DispatchError('usage', 'there is no key', { hint: 'pipe it in, or type it' });
  if (key.length > LONGEST || /[\r\n\0]/.test(key)) {
    throw new DispatchError('usage', 'a key is one line', { hint: 'give the key alone' });
  }
  return key;
}

async function typeIt({ stdin, stderr }: CliContext, name: string): Promise<string> {
  stderr.write(`Key ${name} (it is not shown): `);
  stdin.setRawMode(true);
  let key = '';
  try {
    for await (const piece of stdin) {
      for (const character of String(piece)) {
        if (character === '\r' || character === '\n' || character === '\u0004') return key;
        if (character === '\u0003') throw new DispatchError('cancelled', 'no key was kept');
        key = character === '\u007f' || character === '\b' ? key.slice(0, -1) : key + character;
        if (key.length > LONGEST) return key;
      }
    }
    return key;
  } finally {
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}
