/** The elements of windows over AT-SPI: found on the bus of the session, read as a snapshot, named by refs, and changed by value. */

import { Variant } from 'dbus-next';
import { DispatchError } from '../../../../core/errors.ts';
import { quote, word } from '../../quote.ts';
import { type Bounds, describeWindow, type ScreenWindow } from '../windows.ts';
import { type Bus, openBus } from './bus.ts';
import { sessionBusAddress, socketAddress } from './bus-address.ts';
import {
  createElements,
  type ElementAddress,
  type ElementFacts,
  type Elements,
  takesNumber,
  takesText,
} from './objects.ts';
import { createRefs, type KnownElement, type Refs } from './refs.ts';
import { takeSnapshot } from './snapshot.ts';

/** An element that a ref names, as it is now. */
export interface FoundElement {
  readonly ref: string;
  /** Its role and its name: what an approval binds besides the window. */
  readonly text: string;
  /** The window that it was in when the snapshot was taken. */
  readonly window: ScreenWindow;
  readonly bounds?: Bounds;
}

export interface Accessibility {
  /** Throws `unavailable` for a program that shows nothing of itself. */
  snapshot(window: ScreenWindow, signal: AbortSignal): Promise<string>;
  /** Throws `not-found` for a ref that is not known, `conflict` where the element is not what it was. */
  element(ref: string): Promise<FoundElement>;
  /** Reads back what it set. Throws `invalid` for what takes no value, `conflict` where something else is there afterwards. */
  setValue(ref: string, value: string): Promise<void>;
  close(): void;
}

const REGISTRY: ElementAddress = { bus: 'org.a11y.atspi.Registry', path: '/org/a11y/atspi/accessible/root' };

/** The bus is found when it is needed first. `rootAddress`: what the screen says of it, where no session bus does. */
export function createAccessibility(env: NodeJS.ProcessEnv, rootAddress: () => Promise<string>): Accessibility {
  const refs: Refs = createRefs();
  let open: { readonly bus: Bus; readonly elements: Elements } | undefined;

  const reach = async (): Promise<Elements> => {
    if (open !== undefined && !open.bus.closed) return open.elements;
    const address = (await askSessionBus(env)) ?? socketAddress(await rootAddress());
    if (address === undefined) {
      throw new DispatchError('unavailable', 'this screen has no accessibility bus', {
        hint: 'install the package at-spi2-core, and start the peer where DBUS_SESSION_BUS_ADDRESS is that of the session',
      });
    }
    const bus = openBus(address);
    open = { bus, elements: createElements(bus) };
    return open.elements;
  };

  const known = (ref: string): KnownElement => {
    const element = refs.find(ref);
    if (element !== undefined) return element;
    throw new DispatchError('not-found', `no snapshot has an element ${quote(ref, 40)}`, {
      hint: 'take a desktop_snapshot in a run before',
    });
  };

  /** What it is now, which must be what it was. */
  const check = async (elements: Elements, { ref, address, role, name }: KnownElement): Promise<ElementFacts> => {
    const facts = await elements.factsOf(address).catch(() => undefined);
    if (facts === undefined || facts.states.has('defunct')) {
      throw new DispatchError('conflict', `${ref}, which was ${naming(role, name)}, is not there any more`, {
        hint: 'take a new desktop_snapshot',
      });
    }
    if (facts.role === role && facts.name === name) return facts;
    throw new DispatchError(
      'conflict',
      `${ref} was ${naming(role, name)} and is ${naming(facts.role, facts.name)} now`,
      { hint: 'take a new desktop_snapshot' },
    );
  };

  return {
    async snapshot(window, signal) {
      const elements = await reach();
      const root = await findTop(elements, window).catch((error: unknown) => {
        throw unanswered('the accessibility bus', error);
      });
      if (root === undefined) {
        throw new DispatchError('unavailable', `${describeWindow(window)} shows no accessibility tree`, {
          hint: 'start that program again now that accessibility is on, or use a screenshot',
        });
      }
      return takeSnapshot(root, { elements, refs, window, signal });
    },
    async element(ref) {
      const element = known(ref);
      const elements = await reach();
      await check(elements, element);
      const bounds = await elements.boundsOf(element.address).catch(() => undefined);
      const { role, name, window } = element;
      return { ref, text: naming(role, name), window, ...(bounds === undefined ? {} : { bounds }) };
    },
    async setValue(ref, value) {
      const element = known(ref);
      const elements = await reach();
      const facts = await check(elements, element);
      await assign(elements, element, facts, value).catch((error: unknown) => {
        throw unanswered(`${ref}, ${naming(facts.role, facts.name)},`, error);
      });
    },
    close() {
      open?.bus.close();
      open = undefined;
    },
  };
}

async function assign(
  elements: Elements,
  { ref, address }: KnownElement,
  facts: ElementFacts,
  value: string,
): Promise<void> {
  const what = `${ref}, ${naming(facts.role, facts.name)},`;
  if (takesText(facts)) {
    const isTaken = await elements.setText(address, value);
    if (!isTaken) throw new DispatchError('invalid', `${what} takes no text now`, { hint: 'type into it instead' });
    if (facts.password) return; // what it holds is nobody's to read
  } else if (takesNumber(facts)) {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) {
      throw new DispatchError('invalid', `${what} takes a number, and ${quote(value, 40)} is none`);
    }
    await elements.setNumber(address, number);
  } else {
    throw new DispatchError('invalid', `${what} takes no value`, { hint: 'click it or type into it instead' });
  }
  const now = await elements.valueOf(address, facts, value.length + 1);
  const isSet = takesText(facts) ? now === value : Number(now) === Number(value);
  if (!isSet) throw new DispatchError('conflict', `${what} holds ${quote(now ?? '', 80)} after it was set`);
}

/** What programs and buses say when they do not do it. */
function unanswered(who: string, error: unknown): DispatchError {
  if (error instanceof DispatchError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new DispatchError('unavailable', `${who} did not answer as it should: ${quote(why)}`, { cause: error });
}

/** Asks the session bus where the accessibility bus is, which starts it, and has programs show their elements from now on. */
async function askSessionBus(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const address = sessionBusAddress(env);
  if (address === undefined) return undefined;
  const bus = openBus(address);
  const service = { destination: 'org.a11y.Bus', path: '/org/a11y/bus' };
  try {
    const [found] = await bus.call({ ...service, interface: 'org.a11y.Bus', member: 'GetAddress' });
    await bus.call({
      ...service,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Set',
      signature: 'ssv',
      body: ['org.a11y.Status', 'IsEnabled', new Variant('b', true)],
    });
    return typeof found === 'string' ? socketAddress(found) : undefined;
  } catch {
    return undefined; // no such service there
  } finally {
    bus.close();
  }
}

/** The element that is the window: of the same process, and of its windows the one with that title or that place. */
async function findTop(elements: Elements, { pid, title, bounds }: ScreenWindow): Promise<ElementAddress | undefined> {
  if (pid === undefined) return undefined;
  const programs = await elements.childrenOf(REGISTRY);
  const processes = await Promise.all(programs.map(({ bus }) => elements.processOf(bus).catch(() => undefined)));
  const own = programs.filter((_, at) => processes[at] === pid);
  const tops = (await Promise.all(own.map((program) => elements.childrenOf(program).catch(() => [])))).flat();
  const described = await Promise.all(
    tops.map(async (address) => ({
      address,
      name: (await elements.factsOf(address).catch(() => undefined))?.name,
      bounds: await elements.boundsOf(address).catch(() => undefined),
    })),
  );
  const named = described.filter(({ name }) => name === title);
  const candidates = named.length > 0 ? named : described;
  return candidates.toSorted((one, other) => distance(one.bounds, bounds) - distance(other.bounds, bounds))[0]?.address;
}

function distance(one: Bounds | undefined, other: Bounds): number {
  if (one === undefined) return Number.MAX_SAFE_INTEGER;
  return (
    Math.abs(one.x - other.x) +
    Math.abs(one.y - other.y) +
    Math.abs(one.width - other.width) +
    Math.abs(one.height - other.height)
  );
}

function naming(role: string, name: string): string {
  return name === '' ? word(role) : `${word(role)} ${quote(name, 80)}`;
}
