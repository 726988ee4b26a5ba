// The preset for Piston, against its documented API.

import { beforeEach, expect, it } from 'vitest';
import { clientOf, failureOf, outputOf, program, run } from '../../helpers/connectors.ts';
import type { HttpService } from '../../helpers/http-service.ts';
import { needs } from '../../helpers/needs.ts';
import { startPiston } from '../../helpers/piston.ts';

needs('python3', 'bash')('piston', () => {
  let piston: HttpService;
  beforeEach(async () => {
    piston = await startPiston();
  });
  const client = () => clientOf(`preset = "piston"\nkey = false\nurl = "${piston.url}/api/v2"`);

  it('runs code with input and files, and tells its outputs apart', async () => {
    const source =
      'import sys\nprint(input(), open("data.bin", "rb").read())\nprint("no", file=sys.stderr)\nsys.exit(3)';
    const files = [{ name: 'data.bin', base64: Buffer.from([0, 255]).toString('base64') }];
    const events = await run(await client(), program(source, { stdin: 'a "line"\n', files }));
    expect(outputOf(events)).toBe('a "line" b\'\\x00\\xff\'\n');
    expect(outputOf(events, 'stderr')).toBe('no\n');
    expect(events.at(-1)).toEqual({ type: 'end', exitCode: 3 });
  });

  it('does not ask for more time than the server gives', async () => {
    await run(await client(), program('echo hi', { language: 'bash', timeoutMs: 600_000 }));
    expect(JSON.parse(piston.asked[0]?.body ?? '')).toMatchObject({ run_timeout: 3000, version: '*' });
  });

  it('says when the time was over', async () => {
    const events = await run(await client(), program('import time\ntime.sleep(30)', { timeoutMs: 400 }));
    expect(events.at(-1)).toEqual({ type: 'end', signal: 'SIGKILL', timedOut: true, message: 'Time limit exceeded' });
  });

  it('fails in the words of the service', async () => {
    const failure = await failureOf(run(await client(), program('x', { language: 'cobol' })));
    expect(failure).toMatchObject({ code: 'invalid', message: expect.stringContaining('cobol-* runtime is unknown') });
  });
});
