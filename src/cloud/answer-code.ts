/** POST /v1/code: runs a program, and streams what comes of it. A file goes whole into one line, so one that is too large stays out. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import mime from 'mime';
import type { CodeService } from './code/code-service.ts';
import { type CodeLimits, type Job, type JobEnd, type JobSink, NOT_RUN } from './code/job.ts';
import { HttpProblem } from './http-problem.ts';
import { joinOutput } from './join-output.ts';
import { readJson } from './read-json.ts';
import { type CodeRequest, codeRequest } from './requests.ts';
import { streamLines } from './stream-lines.ts';

const MIB = 1024 * 1024;
/** Of one file, and of all together: what a connector takes as one line, and as one answer. */
const FILE_BYTES = 16 * MIB;
const ALL_BYTES = 48 * MIB;

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
  const leftOut: string[] = [];
  let bytesLeft = ALL_BYTES;
  const sink: JobSink = {
    output: joined.output,
    file({ name, bytes }) {
      if (bytes.length > Math.min(FILE_BYTES, bytesLeft)) {
        leftOut.push(name);
        return undefined;
      }
      bytesLeft -= bytes.length;
      void joined.flush();
      const mimeType = mime.getType(name);
      return lines.send({ type: 'file', name, base64: base64(bytes), ...(mimeType === null ? {} : { mimeType }) });
    },
  };
  const end = await prepared.run(sink).catch((error: unknown): JobEnd => {
    signal.throwIfAborted();
    return {
      exitCode: NOT_RUN,
      message: `it could not be run: ${error instanceof Error ? error.message : String(error)}`,
    };
  });
  await joined.flush();
  await lines.send({ type: 'end', ...told(end, leftOut), runtime: prepared.runtime });
  lines.end();
}

/** Whoever asked is to know how it ended, whatever that was. */
function told(end: JobEnd, leftOut: readonly string[]): JobEnd {
  const { exitCode, signal, timedOut, message } = end;
  const known = exitCode !== undefined || signal !== undefined || timedOut === true;
  const said = [
    ...(message === undefined ? [] : [message]),
    ...(known || message !== undefined ? [] : ['it did not end as programs do']),
    ...(leftOut.length === 0
      ? []
      : [`${some(leftOut)} stayed out: ${FILE_BYTES / MIB} MiB a file, ${ALL_BYTES / MIB} MiB in all`]),
  ];
  return {
    ...(known ? {} : { exitCode: NOT_RUN }),
    ...end,
    ...(said.length === 0 ? {} : { message: said.join('; ') }),
  };
}

function some(names: readonly string[]): string {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more files` : ''}`;
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
