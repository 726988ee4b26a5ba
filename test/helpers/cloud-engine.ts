// An engine with the cloud routes, for tests of what they do together with everything else: connectors as config.toml would name them,
// and the shell. The embedded one is not there: who wants it starts a peer.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { KnowledgeAction } from '../../src/core/cloud.ts';
import { DispatchError } from '../../src/core/errors.ts';
import type { Run } from '../../src/core/runs.ts';
import type { Message } from '../../src/core/thread.ts';
import type { Executor } from '../../src/engine/executor-ports.ts';
import { createCloudThread } from '../../src/peer/cloud-thread.ts';
import { createConnectors } from '../../src/peer/connectors.ts';
import { createProposals } from '../../src/peer/proposals.ts';
import { createSecretFinder } from '../../src/peer/secrets/finder.ts';
import { systemIds } from '../../src/peer/system.ts';
import { createThreadReader } from '../../src/peer/thread-reader.ts';
import { createCodeExecutor } from '../../src/routes/cloud/code-executor.ts';
import { createKnowledgeExecutor } from '../../src/routes/cloud/knowledge-executor.ts';
import { DEVICE, type EngineOptions, startEngine, type TestEngine } from './engine.ts';
import { createInline } from './inline.ts';

export interface CloudEngine extends TestEngine {
  ask(question: string, more?: Partial<KnowledgeAction>): Promise<Run>;
  readonly executors: readonly Executor[];
  answerOf(run: string): Promise<Message | undefined>;
}

export interface CloudEngineOptions extends EngineOptions {
  /** Of config.toml. */
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startCloudEngine({
  config: text,
  env = {},
  ...options
}: CloudEngineOptions): Promise<CloudEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-cloud-'));
  const configFile = join(folder, 'config.toml');
  await writeFile(configFile, text);
  const { config } = loadConfig(configFile);
  const embedded = {
    address: async () => {
      throw new DispatchError('unavailable', 'this test has no embedded connector');
    },
    close: async () => {},
  };
  const connectors = createConnectors({
    config,
    embedded,
    env,
    warn: () => {},
    home: folder,
    keysFile: join(folder, 'keys.json'),
  });
  const common = { device: DEVICE, sha256: systemIds.sha256, slots: 4, book: connectors };
  const { connector, max_steps: maxSteps } = config.assistant;
  const finder = createSecretFinder();
  const inline = createInline(createThreadReader(() => test.engine.api));
  const executors: readonly Executor[] = [
    ...(options.executors ?? []),
    inline,
    createKnowledgeExecutor({
      ...common,
      thread: createCloudThread(() => test.engine.api),
      assistant: {
        proposals: createProposals(() => test.engine, finder),
        maxSteps,
        ...(connector === undefined ? {} : { connector }),
      },
    }),
    createCodeExecutor(common),
  ];
  const test: TestEngine = await startEngine({ ...options, connectors, executors });
  return {
    ...test,
    executors,
    async ask(question, more = {}) {
      const action: KnowledgeAction = { kind: 'knowledge', question, ...more };
      return (await test.engine.api.submit({ id: systemIds.next(), task: `?${question}`, action, devices: ['local'] }))
        .run;
    },
    answerOf: async (run) => (await test.engine.api['run.get']({ run })).answer,
    async dispose() {
      await test.dispose();
      await inline.close();
      await connectors.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
