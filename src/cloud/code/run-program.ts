/** Runs a program of this machine in the sandbox, in a folder of its own, and ends the whole tree of processes whatever happens. */

import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { type Confinement, confine, newAccount } from './confinement.ts';
import { type CodeLimits, type Job, type JobEnd, type JobSink, NOT_RUN, type OutputStream } from './job.ts';
import type { Language } from './languages.ts';
import { type ConfinedProcess, startConfined } from './start-confined.ts';
import { watchUse } from './watch-use.ts';
import { createWorkFolder } from './work-folder.ts';

export interface ProgramRun {
  readonly confinement: Confinement;
  readonly program: string;
  readonly language: Language;
  readonly limits: CodeLimits;
  /** Where the folders of runs are. */
  readonly base: string;
}

/** Rejects only with the reason of the signal, or where the folder cannot be made. */
export async function runProgram(how: ProgramRun, job: Job, sink: JobSink, signal: AbortSignal): Promise<JobEnd> {
  const account = newAccount(how.confinement);
  const filter = how.confinement.kind === 'bubblewrap' ? how.confinement.filter : undefined;
  const main = freeName(how.language.file, job);
  const source = { name: main, bytes: Buffer.from(job.source) };
  const folder = createWorkFolder(how.base, [...job.files, source], how.limits, account);
  try {
    const argv = confine({
      argv: [how.program, ...(how.language.args ?? []), main],
      workFolder: folder.path,
      filtered: filter !== undefined,
      limits: how.limits,
      ...(account === undefined ? {} : { account }),
    });
    const end = await follow(startConfined(argv, filter), folder.path, how.limits, job, sink, signal);
    const { files, leftOut } = await folder.collect();
    for await (const file of files) {
      signal.throwIfAborted();
      await sink.file(file);
    }
    const lost = leftOut();
    return lost === 0
      ? end
      : withMessage(end, `${lost} files were left out, as they were too many, too large or closed`);
  } finally {
    folder.remove();
  }
}

function withMessage(end: JobEnd, message: string): JobEnd {
  return { ...end, message: end.message === undefined ? message : `${end.message}; ${message}` };
}

function freeName(file: string, { files }: Job): string {
  // A folder of that name is in the way as a file is.
  const taken = new Set(files.map(({ name }) => name.split('/')[0]));
  const [stem, extension] = file.split('.');
  for (let count = 1; taken.has(file); count += 1) file = `${stem}-${count}.${extension}`;
  return file;
}

async function follow(
  child: ConfinedProcess,
  folder: string,
  limits: CodeLimits,
  job: Job,
  sink: JobSink,
  signal: AbortSignal,
): Promise<JobEnd> {
  let stopped: JobEnd | undefined;
  // The sandbox ends with the first process, and everything in it with the sandbox.
  const stop = (why: JobEnd): void => {
    stopped ??= why;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => stop({});
  const timer = setTimeout(() => stop({ timedOut: true }), job.timeoutMs);
  const unwatch = watchUse({ pid: child.pid ?? 0, folder, limits }, (message) => stop({ signal: 'SIGKILL', message }));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  child.stdin.on('error', () => {}); // it may read no more
  child.stdin.end(job.stdin);
  let left = limits.outputBytes;
  const pass = (stream: OutputStream, from: Readable) => (bytes: Buffer) => {
    const taken = bytes.subarray(0, Math.max(0, left));
    left -= bytes.length;
    if (left < 0)
      stop({
        signal: 'SIGKILL',
        message: `it printed more than ${limits.outputBytes} bytes, which is all that is kept`,
      });
    const waiting = taken.length === 0 ? undefined : sink.output(stream, taken);
    if (waiting === undefined) return;
    from.pause();
    void waiting.finally(() => from.resume()).catch(() => {});
  };
  child.stdout.on('data', pass('stdout', child.stdout));
  child.stderr.on('data', pass('stderr', child.stderr));
  try {
    const ended = await new Promise<JobEnd>((resolve) => {
      child.once('error', ({ message }) =>
        resolve({ exitCode: NOT_RUN, message: `it could not be started: ${message}` }),
      );
      child.once('close', (code) => resolve(code === null ? { signal: 'SIGKILL' } : endOf(code)));
    });
    signal.throwIfAborted();
    return stopped ?? ended;
  } finally {
    clearTimeout(timer);
    unwatch();
    signal.removeEventListener('abort', onAbort);
  }
}

/** The sandbox tells of a signal as shells do. */
function endOf(code: number): JobEnd {
  const name =
    code > 128 ? Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] : undefined;
  return name === undefined ? { exitCode: code } : { signal: name };
}
