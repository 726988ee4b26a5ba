/** Runs code: chooses what runs it, waits for its turn, and keeps what it needs ready. */

import { join } from 'node:path';
import { type Confinement, findConfinement } from './confinement.ts';
import type { CodeLimits, Job, JobEnd, JobSink, Runtime } from './job.ts';
import { findLanguage, LANGUAGES, type Language } from './languages.ts';
import { createPrograms, type Programs } from './programs.ts';
import { runProgram } from './run-program.ts';
import { createRunners } from './runners.ts';
import { createTurns } from './turns.ts';
import { dropFilter, keepFilter, removeForgotten } from './work-folder.ts';

export interface KnownLanguage {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly runtime: Runtime;
  /** Of the machine, where it is one. */
  readonly program?: string;
}

export interface CodeStatus {
  readonly languages: readonly KnownLanguage[];
  /** Why no program of the machine is used; absent if they are. */
  readonly noPrograms?: string;
}

export type CodeRefusal = {
  readonly ok: false;
  readonly reason: 'unknown-language' | 'busy';
  readonly message: string;
};
export type CodeRun = { readonly ok: true; readonly runtime: Runtime; run(sink: JobSink): Promise<JobEnd> };

export interface CodeService {
  status(): Promise<CodeStatus>;
  /** Waits for a turn. Rejects only with the reason of the signal, which ends the run, too. */
  prepare(language: string, job: Job, signal: AbortSignal): Promise<CodeRun | CodeRefusal>;
  close(): Promise<void>;
}

export interface CodeServiceOptions {
  /** Only this account may enter it. */
  readonly stateDir: string;
  readonly limits: CodeLimits;
  /** Where programs are looked for. */
  readonly path: string;
  /** Of system calls, for programs of the machine: as the kernel takes it. */
  readonly filter?: Uint8Array | undefined;
  readonly runnerUrl?: URL;
}

const RUNNER = new URL(import.meta.url.endsWith('.ts') ? './runner.ts' : './cloud-runner.js', import.meta.url);

export function createCodeService(options: CodeServiceOptions): CodeService {
  const { stateDir, limits, path, runnerUrl = RUNNER } = options;
  const base = join(stateDir, 'work');
  const runners = createRunners(runnerUrl);
  const turns = createTurns(limits.slots, limits.waiting);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  removeForgotten(base);
  const look = async (): Promise<{ readonly confinement: Confinement; readonly programs: Programs }> => {
    const filter = options.filter === undefined ? undefined : keepFilter(base, options.filter);
    const confinement = await findConfinement(limits, filter);
    return { confinement, programs: createPrograms(confinement, limits, path) };
  };
  let found: ReturnType<typeof look> | undefined;
  const machine = (): ReturnType<typeof look> => {
    found ??= look().catch((error: unknown) => {
      found = undefined; // a disk that was full need not be for ever
      throw error;
    });
    return found;
  };

  const interpret = (language: Language, job: Job, signal: AbortSignal): Omit<CodeRun, 'ok'> | undefined => {
    const { interpreted } = language;
    if (interpreted === undefined) return undefined;
    const kind = interpreted === 'javascript' || interpreted === 'typescript' ? 'quickjs' : 'wasm';
    const { memoryBytes, outputBytes, folderBytes, folderFiles } = limits;
    const whole = { ...job, language: interpreted, memoryBytes, outputBytes, folderBytes, folderFiles };
    return { runtime: kind, run: (sink) => runners.run(kind, whole, sink, signal) };
  };

  const choose = async (language: Language, job: Job, signal: AbortSignal): Promise<Omit<CodeRun, 'ok'> | string> => {
    if (language.programs.length === 0) return interpret(language, job, signal) as Omit<CodeRun, 'ok'>;
    const { confinement, programs } = await machine();
    const program = await programs.find(language);
    if (program !== undefined) {
      const how = { confinement, program, language, limits, base };
      return { runtime: 'bubblewrap', run: (sink) => runProgram(how, job, sink, signal) };
    }
    const why = confinement.kind === 'none' ? `there is no sandbox (${confinement.why})` : 'it is not installed';
    return interpret(language, job, signal) ?? `${language.name} cannot be run here: ${why}`;
  };

  return {
    async status() {
      const { confinement, programs } = await machine();
      const languages = await Promise.all(
        LANGUAGES.map(async (language): Promise<KnownLanguage | undefined> => {
          const { name, aliases, interpreted } = language;
          const program = await programs.find(language);
          if (program !== undefined) return { name, aliases, runtime: 'bubblewrap', program };
          if (interpreted === undefined) return undefined;
          return { name, aliases, runtime: /^(java|type)script$/.test(interpreted) ? 'quickjs' : 'wasm' };
        }),
      );
      return {
        languages: languages.filter((language) => language !== undefined),
        ...(confinement.kind === 'none' ? { noPrograms: confinement.why } : {}),
      };
    },

    async prepare(called, job, asked) {
      const signal = AbortSignal.any([asked, closing.signal]);
      signal.throwIfAborted();
      const language = findLanguage(called);
      const chosen = language === undefined ? unknown(called) : await choose(language, job, signal);
      if (typeof chosen === 'string') return { ok: false, reason: 'unknown-language', message: chosen };
      const over = await turns.take(signal);
      if (over === undefined)
        return { ok: false, reason: 'busy', message: `${turns.waiting} programs wait for a turn already; retry later` };
      return {
        ok: true,
        runtime: chosen.runtime,
        async run(sink) {
          const work = chosen.run(sink);
          running.add(work);
          try {
            return await work;
          } finally {
            running.delete(work);
            over();
          }
        },
      };
    },

    async close() {
      closing.abort(new Error('the server ends'));
      await Promise.allSettled(running);
      await runners.close();
      dropFilter(base);
    },
  };
}

function unknown(called: string): string {
  return `there is no language "${called}"; there are ${LANGUAGES.map(({ name }) => name).join(', ')}`;
}
