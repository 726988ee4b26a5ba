// An executor of questions that answers at once: for what the engine makes of questions, not for connectors.
import type { KnowledgeAction } from '../../src/core/cloud.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Executor } from '../../src/engine/executor-ports.ts';
import { systemIds } from '../../src/peer/system.ts';

/** `asked`: every question that was carried out, in order. */
export function createScriptedQuestions(device: DeviceId, asked: KnowledgeAction[]): Executor {
  return {
    kind: 'knowledge',
    slots: 4,
    enforces: (level) => level,
    inspect: async () => ({ ok: true, facts: { paths: [], operations: ['cloud.ask'] } }),
    prepare: async (run, action, access) => ({
      ok: true,
      plan: {
        device,
        run,
        kind: 'knowledge',
        argv: ['ask', JSON.stringify(action)],
        cwd: '',
        envNames: [],
        envDigest: systemIds.sha256(''),
        tty: false,
        stdin: false,
        executable: 'ask',
        enforced: access,
        programs: [],
        secrets: [],
      },
    }),
    execute: async (action) => {
      if (action.kind === 'knowledge') asked.push(action);
      return { kind: 'exit', exitCode: 0 };
    },
    reap: async () => ({ stopped: [], left: [] }),
  };
}
