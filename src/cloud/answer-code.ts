/** POST /v1/code: runs a program, and streams what comes of it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import mime from 'mime';
import type { CodeService } from './code/code-service.ts';
import type { CodeLimits, Job, JobEnd, JobSink } from './code/job.ts';
import { HttpProblem } from './http-problem.ts';
import { joinOutput } from './join-output.ts';
import { readJson } from './read-json.ts';
import { type CodeRequest, codeRequest } from './requests.ts';
import { streamLines } from './stream-lines.ts';

export async function answerCode(
  code: CodeService,
  limits: CodeLimits,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const asked = await readJson(request, codeRequest);
  const prepared = await code.prepare(asked.language, jobOf(asked, limits), signal);
  if (!prepared.ok) {
    if (prepared.reason === 'busy') throw new HttpProblem(503, prepared.message, { 'retry-after': '5' });
    throw new HttpProblem(400, prepared.message);
  }
  const lines = streamLines(response, 'ndjson');
  const joined = joinOutput((stream, bytes) => lines.send({ type: 'output', stream, base64: base64(bytes) }));
  const sink: JobSink = {
    output: joined.output,
    file({ name, bytes }) {
      void joined.flush();
      const mimeType = mime.getType(name);
      return lines.send({ type: 'file', name, base64: base64(bytes), ...(mimeType === null ? {} : { mimeType }) });
    },
  };
  const end = await prepared.run(sink).catch((error: unknown): JobEnd => {
    signal.throwIfAborted();
    return { message: `it could not be run: ${error instanceof Error ? error.message : String(error)}` };
  });
  await joined.flush();
  await lines.send({ type: 'end', ...end, runtime: prepared.runtime });
  lines.end();
}

function jobOf({ source, stdin, files, timeoutMs }: CodeRequest, limits: CodeLimits): Job {
  return {
    source,
    stdin: stdin ?? '',
    files: (files ?? []).map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, 'base64') })),
    timeoutMs: Math.min(timeoutMs ?? limits.timeoutMs, limits.longestMs),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
