/**
 * Runs a script in bash or Python, both interpreted: a shell written in JavaScript and CPython in WebAssembly, over files in memory.
 * There is no network, and no program of the machine. What it prints comes at the end, as this shell hands it over then.
 */

import { Bash } from 'just-bash';
import type { Interpretation, RunnerOutput } from './interpreter.ts';
import type { RunnerJob } from './runner-messages.ts';

const FOLDER = '/work/';
/** Where the source of Python is: no result, and in nobody's way. */
const SOURCE = '/tmp/main.py';
const LAUNCHER = '/tmp/start.py';
/** Modules are found beside the files, as this CPython sees them, and what went wrong is told as of the source. */
const START = `import linecache, sys, traceback
sys.path[0] = '/host/work'
sys.argv = ['main.py']
def start():
    source = open('${SOURCE}').read()
    linecache.cache['main.py'] = (len(source), None, source.splitlines(True), 'main.py')
    try:
        exec(compile(source, 'main.py', 'exec'), {'__name__': '__main__', '__file__': 'main.py'})
    except SystemExit:
        raise
    except BaseException as error:
        traceback.print_exception(type(error), error, error.__traceback__.tb_next)
        sys.exit(1)
start()
`;
/** A loop of a program is bounded by its time, and not by a count. */
const UNBOUNDED = 1_000_000_000;

export async function interpretInBash(job: RunnerJob, output: RunnerOutput): Promise<Interpretation> {
  const given = new Map(job.files.map(({ name, bytes }) => [FOLDER + name, bytes]));
  const bash = new Bash({
    python: true,
    cwd: FOLDER.slice(0, -1),
    env: { HOME: '/tmp', LANG: 'C.UTF-8' },
    files: { ...Object.fromEntries(given), [`${FOLDER}.keep`]: '', [SOURCE]: job.source, [LAUNCHER]: START },
    executionLimits: {
      maxOutputSize: job.outputBytes,
      maxFileSystemBytes: job.folderBytes + job.source.length,
      maxExecutionTimeMs: job.timeoutMs,
      maxPythonTimeoutMs: job.timeoutMs,
      maxLoopIterations: UNBOUNDED,
      maxCommandCount: UNBOUNDED,
      maxWorkUnits: UNBOUNDED,
    },
  });
  await bash.fs.rm(`${FOLDER}.keep`);
  const started = performance.now();
  const { stdout, stderr, exitCode, ...how } = await bash.exec(
    job.language === 'python' ? `python3 ${LAUNCHER}` : job.source,
    {
      rawScript: true,
      stdin: job.stdin,
    },
  );
  const isBytes = how.stdoutKind === 'bytes' || how.stdoutEncoding === 'binary';
  output.print('stdout', Buffer.from(stdout, isBytes ? 'latin1' : 'utf8'));
  output.print('stderr', Buffer.from(stderr));
  const late = performance.now() - started >= job.timeoutMs;
  return { end: late ? { timedOut: true } : { exitCode }, files: await changed(bash, given), reusable: false };
}

/** The files of the folder that are new or not what they were. Links are not followed: a file that one leads to is there itself. */
async function changed(bash: Bash, given: ReadonlyMap<string, Uint8Array>): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for (const path of bash.fs.getAllPaths().sort()) {
    if (!path.startsWith(FOLDER) || !(await bash.fs.lstat(path)).isFile || path.includes('/__pycache__/')) continue;
    const bytes = await bash.fs.readFileBuffer(path);
    const before = given.get(path);
    if (before === undefined || Buffer.compare(before, bytes) !== 0) found.push([path.slice(FOLDER.length), bytes]);
  }
  return found;
}
