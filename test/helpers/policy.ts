// Asks the rules about a command line as a device would, with its paths found by their text alone: nothing is on a disk.
import { posix } from 'node:path';
import type { AccessLevel } from '../../src/core/access.ts';
import type { ShellAction } from '../../src/core/actions.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import { BUILT_IN_RULES } from '../../src/core/policy/builtin.ts';
import { evaluatePolicy } from '../../src/core/policy/evaluate.ts';
import type { PolicyAnswer, PolicyRequest } from '../../src/core/policy/policy-request.ts';
import type { ActionFacts, ResolvedPath, ShellReading, Word } from '../../src/core/policy/reading.ts';
import type { Rule, RuleBody } from '../../src/core/policy/rules.ts';
import { readShell } from '../../src/routes/desktop/shell-reading/read-shell.ts';

export const FOLDER = '/srv/project';

/** A link that leads out of the folder. */
const LINKS: Readonly<Record<string, string>> = { [`${FOLDER}/link-out`]: '/etc/target' };

export function own(rule: Partial<RuleBody> & Pick<RuleBody, 'decision'>): Rule {
  return { name: `rule-${JSON.stringify(rule)}`, source: 'config', ...rule };
}

export function factsOf(action: ShellAction, reading: ShellReading = readShell(action.command)): ActionFacts {
  const cwd = action.cwd ?? FOLDER;
  const texts = (words: readonly Word[]): string[] => words.flatMap((word) => (word.known ? [word.text] : []));
  // It may be in any of the folders that it goes to, by the time that it names a path.
  const folders = new Set([cwd]);
  for (const { words } of reading.commands) {
    const [name, to] = texts(words);
    if (name === 'cd' && to !== undefined) for (const from of [...folders]) folders.add(posix.resolve(from, to));
  }
  const resolve = (use: ResolvedPath['use'], words: readonly Word[]): ResolvedPath[] =>
    texts(words).flatMap((written) =>
      [...folders].map((folder) => {
        const real = posix.resolve(folder, written);
        return { written, use, real: LINKS[real] ?? real };
      }),
    );
  return {
    reading,
    untouched: true,
    paths: [
      { written: cwd, real: cwd, use: 'folder' },
      ...resolve(
        'write',
        reading.writes.map(({ word }) => word),
      ),
      ...resolve(
        'argument',
        reading.reads.map(({ word }) => word),
      ),
      ...reading.commands.flatMap(({ words }) => resolve('argument', words.slice(1))),
    ],
  };
}

export interface Asked {
  readonly rules?: readonly Rule[];
  /** The owner's alone, without those that every device has. */
  readonly alone?: boolean;
  readonly access?: AccessLevel;
  readonly sandbox?: boolean;
  readonly action?: Partial<ShellAction>;
  readonly request?: Partial<PolicyRequest>;
}

export function requestOf(
  command: string,
  {
    rules = [],
    alone = false,
    access = 'workspace-write',
    sandbox = true,
    action: more = {},
    request = {},
  }: Asked = {},
): PolicyRequest {
  const action: ShellAction = { kind: 'shell', command, access, cwd: FOLDER, ...more };
  return {
    action,
    requester: { kind: 'human', device: 'device-of-laptop' as DeviceId, name: 'laptop' },
    device: {
      id: 'device-of-box' as DeviceId,
      enforces: sandbox ? ['read-only', 'workspace-write', 'full-access'] : ['full-access'],
      maxAccess: 'full-access',
      folders: ['/srv'],
    },
    asked: sandbox ? access : 'full-access',
    facts: factsOf(action),
    rules: alone ? rules : [...BUILT_IN_RULES, ...rules],
    mayApprove: () => true,
    now: 1000,
    ...request,
  };
}

export function judge(command: string, asked: Asked = {}): PolicyAnswer {
  return evaluatePolicy(requestOf(command, asked));
}
