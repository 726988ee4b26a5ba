// Judge0's API as it is documented, over real processes of this machine: https://ce.judge0.com

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpService, json, serve } from './http-service.ts';

interface Submission {
  readonly language_id: number;
  readonly source_code: string;
  readonly stdin?: string;
  readonly additional_files?: string;
  readonly cpu_time_limit?: number;
  readonly wall_time_limit?: number;
}

const PROGRAMS: Readonly<Record<number, string>> = { 71: 'python3', 46: 'bash' };
const MOST_S = 15;
const STATES: Readonly<Record<number, string>> = {
  1: 'In Queue',
  2: 'Processing',
  3: 'Accepted',
  5: 'Time Limit Exceeded',
  11: 'Runtime Error (NZEC)',
};

const b64 = (text: string): string => Buffer.from(text).toString('base64');

export function startJudge0(token: string): Promise<HttpService> {
  const results = new Map<string, Record<string, unknown>>();
  return serve(({ method, path, headers, body }, response) => {
    if (headers['x-auth-token'] !== token) return json(response, { error: 'unauthorized' }, 401);
    const url = new URL(path, 'http://judge');
    if (url.searchParams.get('base64_encoded') !== 'true') return json(response, { error: 'not tested' }, 500);
    if (method === 'POST' && url.pathname === '/submissions') {
      const job: Submission = JSON.parse(body);
      if ((job.cpu_time_limit ?? 0) > MOST_S)
        return json(response, { cpu_time_limit: [`must be less than or equal to ${MOST_S}`] }, 422);
      const id = `token-${results.size}`;
      results.set(id, { status: state(1) });
      execute(job, (result) => results.set(id, result));
      return json(response, { token: id }, 201);
    }
    const result = results.get(url.pathname.replace('/submissions/', ''));
    return result === undefined ? json(response, { error: 'not found' }, 404) : json(response, result);
  });
}

function state(id: number): { id: number; description: string | undefined } {
  return { id, description: STATES[id] };
}

function execute(job: Submission, report: (result: Record<string, unknown>) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-judge0-'));
  writeFileSync(join(folder, 'main'), Buffer.from(job.source_code, 'base64'));
  if (job.additional_files !== undefined)
    writeFileSync(join(folder, 'more.zip'), Buffer.from(job.additional_files, 'base64'));
  const unpack = job.additional_files === undefined ? '' : 'python3 -m zipfile -e more.zip . && ';
  const wall = (job.wall_time_limit ?? MOST_S) * 1000;
  const child = spawn('sh', ['-c', `${unpack}exec ${PROGRAMS[job.language_id]} main`], {
    cwd: folder,
    timeout: wall,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr] = [[], []] as [Buffer[], Buffer[]];
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
  child.stdin.on('error', () => {});
  child.stdin.end(Buffer.from(job.stdin ?? '', 'base64'));
  report({ status: state(2) });
  child.on('close', (code, signal) => {
    rmSync(folder, { recursive: true });
    report({
      stdout: stdout.length === 0 ? null : b64(Buffer.concat(stdout).toString()),
      stderr: stderr.length === 0 ? null : b64(Buffer.concat(stderr).toString()),
      compile_output: null,
      message: code === 0 ? null : b64(`Exited with error code ${code}`),
      exit_code: code,
      exit_signal: signal === null ? null : constants.signals[signal],
      status: state(signal === null ? (code === 0 ? 3 : 11) : 5),
    });
  });
}
