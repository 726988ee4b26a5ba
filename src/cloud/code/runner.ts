/**
 * Entry of the process that interprets programs which need no program of the machine. It does one job at a time and ends with its
 * channel. Started with an empty environment and, by Node's permissions, nothing but the packages to read: the interpreters give no
 * way out, and this is what would meet whoever found one.
 */

import { writeSync } from 'node:fs';
import type { Interpretation, RunnerOutput } from './interpreter.ts';
import type { JobEnd } from './job.ts';
import { encodeFile, encodeFrame, Frame, type FrameKind, type RunnerJob } from './runner-messages.ts';

const STDOUT = 1;

function send(kind: FrameKind, content: Uint8Array): void {
  const frame = encodeFrame(kind, content);
  for (let at = 0; at < frame.length; ) at += writeSync(STDOUT, frame, at);
}

const sendJson = (kind: FrameKind, value: unknown): void => send(kind, Buffer.from(JSON.stringify(value)));

function createOutput(limit: number): RunnerOutput {
  let left = limit;
  return {
    get full() {
      return left < 0;
    },
    print(stream, bytes) {
      if (left < 0) return false;
      const taken = bytes.subarray(0, left);
      if (taken.length > 0) send(Frame[stream], taken);
      left = bytes.length > left ? -1 : left - bytes.length;
      return left >= 0;
    },
  };
}

async function interpret(job: RunnerJob, output: RunnerOutput): Promise<Interpretation> {
  if (job.language === 'javascript' || job.language === 'typescript') {
    const { interpretJavaScript } = await import('./quickjs.ts');
    return interpretJavaScript(job, output);
  }
  const { interpretInBash } = await import('./just-bash.ts');
  return interpretInBash(job, output);
}

async function work(job: RunnerJob): Promise<void> {
  const output = createOutput(job.outputBytes);
  const { end, files, reusable } = await interpret(job, output);
  let bytesLeft = job.folderBytes;
  let filesLeft = job.folderFiles;
  let leftOut = 0;
  for (const [name, bytes] of files) {
    bytesLeft -= bytes.length;
    filesLeft -= 1;
    if (bytesLeft < 0 || filesLeft < 0) leftOut += 1;
    else send(Frame.file, encodeFile(name, bytes));
  }
  sendJson(Frame.end, { reusable, end: withLimits(end, output.full, leftOut, job) });
}

function withLimits(end: JobEnd, full: boolean, leftOut: number, job: RunnerJob): JobEnd {
  const said = [
    ...(end.message === undefined ? [] : [end.message]),
    ...(full ? [`it printed more than ${job.outputBytes} bytes, which is all that is kept`] : []),
    ...(leftOut > 0 ? [`${leftOut} files were left out, as they were too many or too large`] : []),
  ];
  // What is cut off did not end by itself, whatever the interpreter makes of it.
  const how = full && end.timedOut !== true ? { signal: 'SIGKILL' } : end;
  return said.length === 0 ? how : { ...how, message: said.join('; ') };
}

/** What is to be loaded before the first job, so that it waits for nothing. */
async function warm(kind: string | undefined): Promise<void> {
  if (kind === 'quickjs') await (await import('./quickjs.ts')).loadQuickJS();
  else await import('./just-bash.ts');
  sendJson(Frame.ready, {});
}

process.on('disconnect', () => process.exit(0));
process.on('message', (job: RunnerJob) => {
  work(job).catch((error: unknown) => {
    sendJson(Frame.end, {
      reusable: false,
      end: { exitCode: 1, message: `the interpreter broke: ${error instanceof Error ? error.message : String(error)}` },
    });
  });
});
await warm(process.argv[2]);
