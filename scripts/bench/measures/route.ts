// What routing costs while a task is typed: a thousand devices and a hundred rules, anew for every key, beside reading the text alone.
import type { Device } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { EMBEDDED_SUMMARY, type RouteContext, routeContext } from '../../../src/core/routing/context.ts';
import { parseTask } from '../../../src/core/routing/grammar.ts';
import { route as routeTask } from '../../../src/core/routing/route.ts';
import type { RoutingRule } from '../../../src/core/routing/rules.ts';
import { type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { type Summary, summarise } from '../harness/statistics.ts';

const DEVICES = 1000;
const RULES = 100;
const TARGET = 'under 1 ms, also the slowest of a hundred';

const TASKS: readonly (readonly [name: string, task: string])[] = [
  ['a command for this device', '!npm test -- --runInBand'],
  ['a command for a device that is named', 'run nvidia-smi on device-900'],
  ['a screenshot, of which nearly all are able', 'take a screenshot'],
  ['a path that one of them reaches', 'list /srv/device-700/photos'],
  ['a question that no rule fits', 'what is the difference between a CRDT and a log?'],
  ['words that the last rule fits', 'please do thing 99 with everything'],
];

export const route: Benchmark = {
  name: 'route',
  run: async (context) => {
    const devices = Array.from({ length: DEVICES }, (_, index) => deviceOf(index));
    const routing = Array.from({ length: RULES }, (_, index) => ruleOf(index));
    const { warmUp, counted } = context.rounds(2000);
    return TASKS.map(([name, task]): Measure => {
      const ours: number[] = [];
      const alone: number[] = [];
      const world: RouteContext = routeContext(devices, { cwd: '/work' }, { connectors: [EMBEDDED_SUMMARY], routing });
      for (let round = 0; round < warmUp + counted; round++) {
        const whole = time(() => {
          if (!routeTask(task, world).ok) throw new Error(`${task} was refused`);
        });
        const reading = time(() => parseTask(task));
        if (round < warmUp) continue;
        ours.push(whole);
        alone.push(reading);
      }
      const summary: Summary = summarise(ours);
      return {
        name: `route: ${DEVICES.toLocaleString('en-US')} devices, ${RULES} rules, ${name}`,
        unit: 'ms',
        ours: summary,
        yardstick: { name: 'reading it alone', ...summarise(alone) },
        tail: true,
        target: below(summary.p99, 1, TARGET),
      };
    });
  },
};

function deviceOf(index: number): Device {
  const local = index === 0;
  const able = index % 10 !== 9 && !local;
  return {
    id: `12D3KooW${index.toString(36).padStart(8, '0')}` as DeviceId,
    name: local ? 'here' : `device-${index}`,
    platform: 'linux',
    local,
    capabilities: {
      shell: true,
      local_files: true,
      browserAutomation: able,
      desktopAutomation: able,
      reachableFolders: local ? ['/home/me'] : [`/srv/device-${index}`],
    },
    permissions: { shell: true, local_files: true, browser_automation: true, desktop_automation: true },
    enforces: ['full-access'],
    presence: { state: 'online', since: 0, roundTripMs: 5 + (index % 97) + index / 10_000 },
    load: { running: index % 4, slots: 8 },
    ...(local ? {} : { version: '0.1.0', grants: { held: index % 50 === 1 ? [] : ['run'], given: [] } }),
  };
}

/** The last one alone fits a task that is measured. */
function ruleOf(index: number): RoutingRule {
  return {
    name: `rule-${index}`,
    match: [`{please,kindly} do thing ${index} with *`, `*thing-${index}*of*{now,later}`],
    ...(index % 2 === 0 ? { device: `device-${index}` } : { run: `./deploy thing-${index} --with {1}` }),
  };
}

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
