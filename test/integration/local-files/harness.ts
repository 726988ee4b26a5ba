// An executor of files on a real tree of its own: it plans, is looked at, and carries out, as the engine would have it do.
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../src/core/actions.ts';
import type { Artifact, ArtifactKind } from '../../../src/core/artifacts.ts';
import { accessOfFiles, type FileOperation } from '../../../src/core/files.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import type { ExecutionContext, Executor, Illustration, Outcome } from '../../../src/engine/executor-ports.ts';
import { createFilesExecutor } from '../../../src/routes/desktop/local-files/files-executor.ts';
import { noSandbox } from '../../../src/routes/desktop/sandbox/sandbox.ts';
import { QUIET } from '../../helpers/quiet-context.ts';

const DEVICE = '12D3KooWFilesUnderTest' as DeviceId;

export interface Done {
  readonly outcome: Outcome | { readonly kind: 'refused'; readonly message: string };
  readonly printed: string;
  readonly run: RunId;
  /** Names in its artifacts folder. */
  readonly left: readonly string[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Happens after the plan was made. */
  readonly between?: () => void;
  /** Happens with each change that begins. */
  readonly onProgress?: () => void;
  /** Happens with each piece of what it prints. */
  readonly onPrinted?: () => void;
  /** Nobody takes what it prints. */
  readonly stuck?: true;
}

export interface WorldOptions {
  readonly backupMaxBytes?: number;
  /** Where ripgrep is looked for. */
  readonly path?: string;
  readonly hide?: readonly string[];
  /** Instead of folders of its own: the home folder, and where runs leave their artifacts. */
  readonly home?: string;
  readonly runs?: string;
}

export interface FilesWorld {
  /** The home folder, which may be reached. */
  readonly home: string;
  /** Beside it: may not be reached. */
  readonly outside: string;
  readonly executor: Executor;
  /** Plans it and carries it out. */
  run(operation: FileOperation, options?: RunOptions): Promise<Done>;
  plan(operation: FileOperation): Promise<Plan>;
  illustrate(operation: FileOperation): Promise<Illustration>;
  /** The peer is said to have been lost in the middle of it. */
  cutOff(run: RunId): void;
  /** Everything in the home folder: path → content, mode, or what a link leads to. */
  tree(): Record<string, string>;
  dispose(): void;
}

export function createFilesWorld(options: WorldOptions = {}): FilesWorld {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-files-')));
  const home = options.home ?? join(base, 'home');
  const outside = join(base, 'outside');
  const kept = join(base, 'kept');
  for (const folder of [home, outside, kept]) mkdirSync(folder, { recursive: true });
  const backups = new Map<RunId, Artifact[]>();
  const cutOff = new Set<RunId>();
  let runs = 0;
  const executor = createFilesExecutor({
    device: DEVICE,
    home,
    slots: 4,
    sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
    folders: () => [home],
    own: [join(home, '.dispatch')],
    hide: options.hide ?? [],
    sandbox: noSandbox('none in this test'),
    path: options.path ?? process.env.PATH ?? '',
    backupMaxBytes: options.backupMaxBytes ?? 2 ** 20,
    backups: {
      of: async (run) => backups.get(run) ?? [],
      isCutOff: async (run) => cutOff.has(run),
      path: (sha256) => join(kept, sha256),
    },
  });
  const prepared = async (operation: FileOperation, run: RunId, { cwd, timeoutMs }: RunOptions = {}) => {
    const action = {
      kind: 'files',
      operation,
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    } as const;
    const inspected = await executor.inspect(action);
    if (!inspected.ok) return { action, refused: inspected };
    const found = await executor.prepare(run, action, accessOfFiles(action), inspected.facts);
    return found.ok ? { action, plan: found.plan } : { action, refused: found };
  };
  const mustPlan = async (operation: FileOperation) => {
    const { action, plan, refused } = await prepared(operation, 'plan' as RunId);
    if (plan === undefined) throw new Error(refused.reason);
    return { action, plan };
  };
  /** What the engine does with what a run left: content by its hash, and what the executor says of it. */
  const collect = (run: RunId, folder: string, kinds: ReadonlyMap<string, ArtifactKind>): void => {
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(folder, name)).isFile(),
    );
    const artifacts = found.map((name) => {
      const bytes = readFileSync(join(folder, name));
      const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
      writeOnce(join(kept, sha256), bytes);
      return {
        id: name,
        runId: run,
        name,
        kind: kinds.get(name) ?? 'file',
        mimeType: '',
        sizeBytes: bytes.length,
        sha256,
        device: DEVICE,
        createdAt: 0,
      } as unknown as Artifact;
    });
    backups.set(run, artifacts);
  };
  return {
    home,
    outside,
    executor,
    async run(operation, how = {}) {
      const { between, onProgress, onPrinted, stuck = false, signal = new AbortController().signal } = how;
      const run = `run${runs++}` as RunId;
      const { action, plan, refused } = await prepared(operation, run, how);
      if (plan === undefined) {
        const message = refused.hint === undefined ? refused.reason : `${refused.reason}: ${refused.hint}`;
        return { outcome: { kind: 'refused', message }, printed: '', run, left: [] };
      }
      between?.();
      const artifactsDir = join(options.runs ?? base, run);
      mkdirSync(artifactsDir);
      const kinds = new Map<string, ArtifactKind>();
      const parts: Uint8Array[] = [];
      const context: ExecutionContext = {
        ...QUIET,
        run,
        artifactsDir,
        signal,
        answer: () => {},
        describe: (name, { kind }) => kind !== undefined && kinds.set(name, kind),
        progress: () => onProgress?.(),
        output: {
          write: (bytes) => {
            parts.push(Buffer.from(bytes));
            onPrinted?.();
          },
          pressure: stuck,
          onDrain: () => {},
        },
        attach: () => {},
      };
      const outcome = await executor.execute(action, plan, context);
      collect(run, artifactsDir, kinds);
      const printed = Buffer.concat(parts).toString();
      return { outcome, printed, run, left: readdirSync(artifactsDir) };
    },
    plan: async (operation) => (await mustPlan(operation)).plan,
    async illustrate(operation) {
      const { action, plan } = await mustPlan(operation);
      return (await executor.illustrate?.(action, plan)) ?? {};
    },
    cutOff: (run) => cutOff.add(run),
    tree: () => treeOf(home),
    dispose: () => rmSync(base, { recursive: true, force: true }),
  };
}

function writeOnce(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx' });
  } catch {
    // the same content is there
  }
}

function treeOf(folder: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`;
    else if (entry.isDirectory()) Object.assign(found, { [`${name}/`]: '' }, treeOf(path, `${name}/`));
    else found[name] = `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'latin1')}`;
  }
  return found;
}
