import { expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { readAlong } from '../../../src/cli/read-along.ts';

it.each(['/nonexistent', './nonexistent', '../nonexistent', '~nobody/x'])(
  'looks for no artifact called %s',
  async (ref) => {
    const context = { connect: () => Promise.reject(new Error('asked the peer')) } as unknown as CliContext;
    await expect(readAlong(context, [ref])).rejects.toMatchObject({
      code: 'not-found',
      message: `there is no file ${ref}`,
    });
  },
);
