// Piston's API as it is documented, over real processes of this machine: https://github.com/engineer-man/piston#documentation

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpService, json, serve } from './http-service.ts';

interface Execute {
  readonly language: string;
  readonly version: string;
  readonly files: readonly { readonly name?: string; readonly content: string; readonly encoding?: BufferEncoding }[];
  readonly stdin?: string;
  readonly run_timeout?: number;
}

const MOST_MS = 3000;
const PROGRAMS: Readonly<Record<string, string>> = { python: 'python3', bash: 'bash' };

export function startPiston(): Promise<HttpService> {
  return serve(({ method, path, body }, response) => {
    if (method !== 'POST' || path !== '/api/v2/execute') return json(response, { message: 'Not Found' }, 404);
    const job: Execute = JSON.parse(body);
    const program = PROGRAMS[job.language];
    if (program === undefined)
      return json(response, { message: `${job.language}-${job.version} runtime is unknown` }, 400);
    if ((job.run_timeout ?? 0) > MOST_MS)
      return json(response, { message: `run_timeout cannot exceed the configured limit of ${MOST_MS}` }, 400);
    json(response, { language: job.language, version: '3.0.0', run: execute(program, job) });
  });
}

function execute(program: string, { files, stdin = '', run_timeout = MOST_MS }: Execute): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-piston-'));
  try {
    for (const [index, { name = `file${index}.code`, content, encoding = 'utf8' }] of files.entries())
      writeFileSync(join(folder, name), Buffer.from(content, encoding));
    const done = spawnSync(program, [files[0]?.name ?? 'file0.code'], {
      cwd: folder,
      input: stdin,
      timeout: run_timeout,
      killSignal: 'SIGKILL',
    });
    const [stdout, stderr] = [done.stdout.toString('utf8'), done.stderr.toString('utf8')];
    const late = done.signal === 'SIGKILL';
    const status = late ? { status: 'TO', message: 'Time limit exceeded' } : { status: null, message: null };
    return { stdout, stderr, output: stdout + stderr, code: done.status, signal: done.signal, ...status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
