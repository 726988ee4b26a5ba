// The preset for Judge0, against its documented API: submit, then ask until it is done.

import { beforeEach, expect, it } from 'vitest';
import { clientOf, failureOf, KEY, outputOf, program, run } from '../../helpers/connectors.ts';
import type { HttpService } from '../../helpers/http-service.ts';
import { startJudge0 } from '../../helpers/judge0.ts';
import { needs } from '../../helpers/needs.ts';

needs('python3', 'bash')('judge0', () => {
  let judge: HttpService;
  beforeEach(async () => {
    judge = await startJudge0(KEY);
  });
  const client = (key = KEY) =>
    clientOf(`preset = "judge0"\nurl = "${judge.url}"\npoll.every = "20ms"`, { env: { KEY: key } });

  it('runs code with input and files, and tells its outputs apart', async () => {
    const source = 'import sys\nprint(input(), open("in/däta.bin", "rb").read())\nprint("nö", file=sys.stderr)';
    const files = [
      { name: 'in/däta.bin', base64: Buffer.from([0, 255]).toString('base64') },
      { name: 'empty', base64: '' },
    ];
    const events = await run(await client(), program(source, { stdin: 'a "line" ü\n', files }));
    expect(outputOf(events)).toBe('a "line" ü b\'\\x00\\xff\'\n');
    expect(outputOf(events, 'stderr')).toBe('nö\n');
    expect(events.at(-1)).toEqual({ type: 'end', exitCode: 0 });
    expect(judge.asked.filter(({ method }) => method === 'GET').length).toBeGreaterThan(0);
  });

  it('tells how it ended', async () => {
    const events = await run(await client(), program('exit 7', { language: 'Bash' }));
    expect(events.at(-1)).toEqual({ type: 'end', exitCode: 7, message: 'Runtime Error (NZEC)' });
  });

  it('says when the time was over', async () => {
    const events = await run(await client(), program('exec sleep 60', { language: 'bash', timeoutMs: 900 }));
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      timedOut: true,
      message: 'Time Limit Exceeded',
      signal: 'SIGKILL',
    });
  });

  it('does not ask for more time than the server gives', async () => {
    await run(await client(), program('true', { language: 'bash', timeoutMs: 600_000 }));
    expect(JSON.parse(judge.asked[0]?.body ?? '')).toMatchObject({ cpu_time_limit: 10, wall_time_limit: 10 });
  });

  it('is not let in with a wrong key', async () => {
    expect(await failureOf(run(await client('other'), program('1')))).toMatchObject({ code: 'refused' });
  });
});
