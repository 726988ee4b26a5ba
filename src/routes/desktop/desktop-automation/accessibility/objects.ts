/**
 * Elements of programs as they tell of themselves over AT-SPI. Programs may tell anything: texts are cut, numbers are checked, and what
 * is not of the right shape is taken for not said.
 */

import { Variant } from 'dbus-next';
import type { Bounds } from '../windows.ts';
import type { Bus } from './bus.ts';

const ACCESSIBLE = 'org.a11y.atspi.Accessible';
const COMPONENT = 'org.a11y.atspi.Component';
const TEXT = 'org.a11y.atspi.Text';
const EDITABLE = 'org.a11y.atspi.EditableText';
const VALUE = 'org.a11y.atspi.Value';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

/** Of the screen and not of the window (AtspiCoordType). */
const SCREEN = 0;
/** AtspiRole: what is typed there is nobody's to read. */
const PASSWORD = 40;

/** Bits of AtspiStateType that say something to who reads. */
const STATES = {
  active: 1,
  busy: 3,
  checked: 4,
  collapsed: 5,
  defunct: 6,
  editable: 7,
  enabled: 8,
  expanded: 10,
  focused: 12,
  modal: 16,
  pressed: 20,
  selected: 23,
  sensitive: 24,
  showing: 25,
  indeterminate: 32,
  readOnly: 43,
} as const;
export type StateName = keyof typeof STATES;

export interface ElementAddress {
  /** Of the program on the bus: `:1.7`. */
  readonly bus: string;
  readonly path: string;
}

export interface ElementFacts {
  readonly role: string;
  readonly name: string;
  readonly states: ReadonlySet<StateName>;
  readonly password: boolean;
  readonly interfaces: readonly string[];
}

export interface Elements {
  childrenOf(element: ElementAddress): Promise<ElementAddress[]>;
  factsOf(element: ElementAddress): Promise<ElementFacts>;
  /** Undefined for what has no place. */
  boundsOf(element: ElementAddress): Promise<Bounds | undefined>;
  /** What it holds, cut after `most` characters; undefined for what holds nothing, and for passwords. */
  valueOf(element: ElementAddress, facts: ElementFacts, most: number): Promise<string | undefined>;
  /** Gives whether the program took it. */
  setText(element: ElementAddress, text: string): Promise<boolean>;
  setNumber(element: ElementAddress, value: number): Promise<void>;
  processOf(bus: string): Promise<number | undefined>;
}

const LONGEST_NAME = 1000;

export function createElements(bus: Bus): Elements {
  const ask = async (
    { bus: destination, path }: ElementAddress,
    of: string,
    member: string,
    signature = '',
    body: readonly unknown[] = [],
  ): Promise<unknown> => (await bus.call({ destination, path, interface: of, member, signature, body }))[0];
  const property = async (element: ElementAddress, of: string, name: string): Promise<unknown> => {
    const value = await ask(element, PROPERTIES, 'Get', 'ss', [of, name]);
    return value instanceof Variant ? value.value : undefined;
  };

  return {
    async childrenOf(element) {
      const children = await ask(element, ACCESSIBLE, 'GetChildren');
      return Array.isArray(children) ? children.map(addressOf).filter((one) => one !== undefined) : [];
    },
    async factsOf(element) {
      const [role, roleName, name, states, interfaces] = await Promise.all([
        ask(element, ACCESSIBLE, 'GetRole'),
        ask(element, ACCESSIBLE, 'GetRoleName'),
        property(element, ACCESSIBLE, 'Name'),
        ask(element, ACCESSIBLE, 'GetState'),
        ask(element, ACCESSIBLE, 'GetInterfaces'),
      ]);
      return {
        role: textOf(roleName).slice(0, 100),
        name: textOf(name).slice(0, LONGEST_NAME),
        states: statesIn(states),
        password: role === PASSWORD,
        interfaces: Array.isArray(interfaces) ? interfaces.map(textOf) : [],
      };
    },
    async boundsOf(element) {
      const extents = await ask(element, COMPONENT, 'GetExtents', 'u', [SCREEN]);
      if (!Array.isArray(extents)) return undefined;
      const [x, y, width, height] = extents.map(Number);
      if (![x, y, width, height].every(Number.isSafeInteger)) return undefined;
      const bounds = { x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 };
      return bounds.width > 0 && bounds.height > 0 ? bounds : undefined;
    },
    async valueOf(element, { interfaces, password }, most) {
      if (password) return undefined;
      if (interfaces.includes(TEXT)) {
        const length = Number(await property(element, TEXT, 'CharacterCount'));
        if (!Number.isSafeInteger(length) || length < 0) return undefined;
        return textOf(await ask(element, TEXT, 'GetText', 'ii', [0, Math.min(length, most)]));
      }
      if (!interfaces.includes(VALUE)) return undefined;
      const number = await property(element, VALUE, 'CurrentValue');
      return typeof number === 'number' ? String(number) : undefined;
    },
    async setText(element, text) {
      return (await ask(element, EDITABLE, 'SetTextContents', 's', [text])) === true;
    },
    async setNumber(element, value) {
      await ask(element, PROPERTIES, 'Set', 'ssv', [VALUE, 'CurrentValue', new Variant('d', value)]);
    },
    async processOf(name) {
      const destination = 'org.freedesktop.DBus';
      const call = { destination, path: '/org/freedesktop/DBus', interface: destination };
      const [pid] = await bus.call({ ...call, member: 'GetConnectionUnixProcessID', signature: 's', body: [name] });
      return typeof pid === 'number' ? pid : undefined;
    },
  };
}

export function takesText({ interfaces }: ElementFacts): boolean {
  return interfaces.includes(EDITABLE);
}

export function takesNumber({ interfaces }: ElementFacts): boolean {
  return interfaces.includes(VALUE);
}

function addressOf(pair: unknown): ElementAddress | undefined {
  if (!Array.isArray(pair)) return undefined;
  const [bus, path] = pair.map(textOf);
  const isUsable = /^:[\d.]+$/.test(bus ?? '') && (path ?? '').startsWith('/') && !path?.endsWith('/null');
  return isUsable ? { bus: bus ?? '', path: path ?? '' } : undefined;
}

function statesIn(words: unknown): ReadonlySet<StateName> {
  const bits = Array.isArray(words) ? words.map(Number) : [];
  const isOn = (bit: number): boolean => (((bits[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  return new Set((Object.keys(STATES) as StateName[]).filter((name) => isOn(STATES[name])));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
