// A small LAN of the test's own: one network namespace for each machine, joined by a bridge that stands in a namespace too, so
// that nothing of the machine that runs the test is touched. Names are unique for each process, and everything goes with the LAN.
// Only root may make one, and not in every container; latency and broken bytes are for the TCP proxy, as `tc netem` is not to be had.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe } from 'vitest';
import { missingPackages } from '../../scripts/lib/packages.ts';
import { TEST_PACKAGES } from '../../scripts/system-packages.ts';
import { isAlive } from './processes.ts';

const PREFIX = 'dsp';

export interface LanMachine {
  readonly namespace: string;
  /** Its IPv4 address on the LAN now. */
  readonly address: string;
  /** What a program is started through to run on this machine. */
  readonly through: readonly string[];
  /** Pulls the cable out, at the switch: nothing comes or goes, and no connection is told. */
  unplug(): void;
  plug(): void;
  /** Takes the interface down on the machine itself, as a suspend or a person does. */
  down(): void;
  up(): void;
  /** Takes its address away and gives it another, as a DHCP server that forgot it does. */
  readdress(): void;
  /** What it sends to the other goes nowhere, without a word; the other way stays. */
  blackhole(other: LanMachine): void;
  unblackhole(other: LanMachine): void;
}

export interface Lan {
  machine(): LanMachine;
  dispose(): void;
}

let lans = 0;

export function createLan(): Lan {
  lans += 1;
  const name = `${PREFIX}${process.pid.toString(36)}-${lans}`;
  const bridge = `${name}-lan`;
  const namespaces: string[] = [];
  // A network of its own for each LAN: 10.x.y.0/24, of which nobody outside the namespaces learns.
  const network = `10.${1 + (process.pid % 250)}.${lans % 250}`;
  let hosts = 0;
  const nextAddress = (): string => {
    hosts += 1;
    return `${network}.${hosts}`;
  };
  const addNamespace = (namespace: string): void => {
    ip('netns', 'add', namespace);
    namespaces.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
  };
  const dispose = (): void => {
    process.off('exit', dispose);
    // With a namespace its interfaces go, and with them the other ends of their cables.
    for (const namespace of namespaces.splice(0).toReversed()) ip('netns', 'delete', namespace);
  };
  process.once('exit', dispose);
  try {
    addNamespace(bridge);
    ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', bridge, 'link', 'set', 'br0', 'up');
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    machine() {
      const port = `p${namespaces.length}`;
      const namespace = `${name}-${namespaces.length}`;
      addNamespace(namespace);
      ip('link', 'add', 'eth0', 'netns', namespace, 'type', 'veth', 'peer', 'name', port, 'netns', bridge);
      ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up');
      return createMachine({ namespace, bridge, port, nextAddress });
    },
    dispose,
  };
}

interface Place {
  readonly namespace: string;
  readonly bridge: string;
  readonly port: string;
  nextAddress(): string;
}

function createMachine({ namespace, bridge, port, nextAddress }: Place): LanMachine {
  let address = nextAddress();
  const own = (...args: string[]): void => ip('-n', namespace, ...args);
  const up = (): void => {
    own('link', 'set', 'eth0', 'up');
    // An interface that was down has lost it: mDNS asks the whole LAN, and needs a way there.
    own('route', 'replace', 'default', 'dev', 'eth0');
  };
  own('address', 'add', `${address}/24`, 'dev', 'eth0');
  up();
  return {
    namespace,
    get address() {
      return address;
    },
    through: ['ip', 'netns', 'exec', namespace],
    unplug: () => ip('-n', bridge, 'link', 'set', port, 'down'),
    plug: () => ip('-n', bridge, 'link', 'set', port, 'up'),
    down: () => own('link', 'set', 'eth0', 'down'),
    up,
    readdress() {
      own('address', 'flush', 'dev', 'eth0', 'scope', 'global');
      address = nextAddress();
      own('address', 'add', `${address}/24`, 'dev', 'eth0');
      up();
    },
    blackhole: (other) => own('route', 'add', 'blackhole', `${other.address}/32`),
    unblackhole: (other) => own('route', 'delete', 'blackhole', `${other.address}/32`),
  };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe', timeout: 10_000 });
}

/** A describe that is skipped where no namespaces can be made; the test command lists why. */
export function onLan(): ReturnType<typeof describe.skipIf> {
  return describe.skipIf(!canMakeLan());
}

function canMakeLan(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  if (missingPackages(TEST_PACKAGES).some(({ tool }) => tool === 'ip')) return false;
  removeLeftovers();
  try {
    const lan = createLan();
    try {
      lan.machine();
    } finally {
      lan.dispose();
    }
    return true;
  } catch {
    return false;
  }
}

/** A test process that was killed has left its namespaces: those whose process is gone are nobody's. */
function removeLeftovers(): void {
  for (const name of namespacesHere()) {
    const pid = Number.parseInt(new RegExp(`^${PREFIX}([0-9a-z]+)-`).exec(name)?.[1] ?? '', 36);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      ip('netns', 'delete', name);
    } catch {
      // Another test process was faster.
    }
  }
}

function namespacesHere(): string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}
