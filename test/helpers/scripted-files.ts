// An executor of file actions that does what a test says: for what the engine makes of any executor, not for files.
import type { FileOperation } from '../../src/core/files.ts';
import type { DeviceId, Sha256 } from '../../src/core/ids.ts';
import type { ActionFacts } from '../../src/core/policy/reading.ts';
import type { ExecutionContext, Executor, Illustration, Outcome } from '../../src/engine/executor-ports.ts';
import { systemIds } from '../../src/peer/system.ts';

export const DONE: Outcome = { kind: 'exit', exitCode: 0 };

export interface FilesScript {
  readonly device: DeviceId;
  /** What it would change, by what is there now: part of the plan. */
  readonly before?: () => string;
  readonly facts?: Partial<ActionFacts>;
  readonly illustration?: () => Illustration;
  act(operation: FileOperation, context: ExecutionContext): Promise<Outcome>;
}

export function createScriptedFiles({ device, before, facts, illustration, act }: FilesScript): Executor {
  return {
    kind: 'files',
    slots: 4,
    enforces: (level) => level,
    async inspect(action) {
      if (action.kind !== 'files') throw new Error('not about files');
      return { ok: true, facts: { paths: [], operations: [`files.${action.operation.op}`], ...facts } };
    },
    async prepare(run, action, access, seen) {
      if (action.kind !== 'files') throw new Error('not about files');
      return {
        ok: true,
        plan: {
          device,
          run,
          kind: 'files',
          argv: ['files', JSON.stringify(action.operation)],
          cwd: '',
          envNames: [],
          envDigest: systemIds.sha256(''),
          tty: false,
          stdin: false,
          executable: 'files',
          enforced: access,
          programs: [],
          secrets: [],
          ...(facts === undefined ? {} : { targets: seen?.paths.map(({ real }) => real) ?? [] }),
          ...(before === undefined ? {} : { changes: [{ path: '/a', before: systemIds.sha256(before()) as Sha256 }] }),
        },
      };
    },
    ...(illustration === undefined ? {} : { illustrate: async () => illustration() }),
    complete: async (path) => [{ name: `${path.split('/').at(-1)}rk`, folder: true }],
    execute: async (action, _plan, context) => {
      if (action.kind !== 'files') throw new Error('not about files');
      return act(action.operation, context);
    },
    reap: async () => ({ stopped: [], left: [] }),
  };
}
