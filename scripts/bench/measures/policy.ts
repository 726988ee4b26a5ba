// What the rules cost: reading a short command and asking a thousand rules about it, beside reading it alone.
import type { ShellAction } from '../../../src/core/actions.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { BUILT_IN_RULES } from '../../../src/core/policy/builtin.ts';
import { evaluatePolicy } from '../../../src/core/policy/evaluate.ts';
import type { Rule } from '../../../src/core/policy/rules.ts';
import { readShell } from '../../../src/routes/desktop/shell-reading/read-shell.ts';
import { type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { type Summary, summarise } from '../harness/statistics.ts';

const RULES = 1000;
const TARGET = 'under 1 ms, also the slowest of a hundred';

const COMMANDS: readonly (readonly [name: string, command: string])[] = [
  ['a command that one of them allows', 'npm run task-500'],
  ['a command that none of them knows', 'make all'],
  ['a command that only reads', 'git log --oneline -n 20 | head'],
  ['a wrapper, which every rule that forbids looks into', 'sudo sh -c "cd x && npm run other"'],
];

export const policy: Benchmark = {
  name: 'policy',
  run: async (context) => {
    const rules = [
      ...BUILT_IN_RULES,
      ...Array.from({ length: RULES - BUILT_IN_RULES.length }, (_, index) => ruleOf(index)),
    ];
    const { warmUp, counted } = context.rounds(5000);
    return COMMANDS.map(([name, command]): Measure => {
      const ours: number[] = [];
      const alone: number[] = [];
      for (let round = 0; round < warmUp + counted; round++) {
        const both = time(() => evaluate(command, rules));
        const reading = time(() => readShell(command));
        if (round < warmUp) continue;
        ours.push(both);
        alone.push(reading);
      }
      const summary: Summary = summarise(ours);
      return {
        name: `policy: ${RULES.toLocaleString('en-US')} rules, ${name}`,
        unit: 'ms',
        ours: summary,
        yardstick: { name: 'reading it alone', ...summarise(alone) },
        tail: true,
        target: below(summary.p99, 1, TARGET),
      };
    });
  },
};

/** A third of them forbid or ask, and some have conditions of every kind. */
function ruleOf(index: number): Rule {
  const decision = index % 3 === 0 ? 'deny' : index % 7 === 0 ? 'ask' : 'allow';
  const command = decision === 'allow' ? ['npm', 'run', `task-${index}`] : [`tool-${index}`, '{a,b}*', '...'];
  return {
    name: `rule-${index}`,
    decision,
    source: 'config',
    command,
    ...(index % 5 === 0 ? { without: ['--force*'] } : {}),
    ...(index % 11 === 0 ? { paths: ['/srv/**/src', '/home/*/project'] } : {}),
    ...(index % 13 === 0 ? { requesters: ['human', 'laptop'] } : {}),
  };
}

function evaluate(command: string, rules: readonly Rule[]): string {
  const action: ShellAction = { kind: 'shell', command, access: 'workspace-write', cwd: '/srv' };
  const { verdict } = evaluatePolicy({
    action,
    requester: { kind: 'human', device: 'device-of-laptop' as DeviceId, name: 'laptop' },
    device: {
      id: 'device-of-box' as DeviceId,
      enforces: ['read-only', 'workspace-write', 'full-access'],
      folders: ['/srv'],
    },
    asked: 'workspace-write',
    facts: { reading: readShell(command), paths: [{ written: '/srv', real: '/srv', use: 'folder' }] },
    rules,
    mayApprove: () => true,
    now: 0,
  });
  return verdict;
}

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
