/**
 * The windows of an X screen. What is under a point is asked of the server, which knows stacking and shapes; what a window manager
 * wrapped around a window counts as that window; and what no manager looks after is a popup.
 */

import type { Point } from '../../../../core/desktop.ts';
import type { ScreenWindow } from '../windows.ts';
import type { XConnection } from './connection.ts';
import {
  atomOf,
  attributesOf,
  focusOf,
  NO_FOCUS,
  numbersIn,
  POINTER_ROOT,
  type Property,
  pointerOf,
  propertyOf,
  sizeOf,
  translate,
  treeOf,
  unlessGone,
} from './requests.ts';

/** Frames of window managers hold a window at most so deep. */
const FRAME_DEPTH = 4;
const DEEPEST = 64;
/** A program may open windows without end; nobody reads more. */
const MOST_WINDOWS = 500;

const ATOMS = ['WM_STATE', 'WM_CLASS', 'WM_NAME', '_NET_WM_NAME', '_NET_WM_PID', '_NET_CLIENT_LIST_STACKING'] as const;
type Atoms = Readonly<Record<(typeof ATOMS)[number], number>>;

export interface WindowTree {
  /** Those that a person can see or bring up, lowest first. Popups are none of them. */
  list(): Promise<ScreenWindow[]>;
  at(point: Point): Promise<ScreenWindow>;
  /** Where typed keys go; undefined if they go nowhere. */
  keyboard(): Promise<ScreenWindow | undefined>;
}

export function createWindowTree(x: XConnection): WindowTree {
  const { root } = x.facts;
  // A manager that starts later makes atoms that were not there: 0 is asked for again.
  const known = new Map<string, number>();
  const atoms = async (): Promise<Atoms> => {
    const values = await Promise.all(
      ATOMS.map(async (name) => {
        const atom = known.get(name) ?? (await atomOf(x, name));
        if (atom !== 0) known.set(name, atom);
        return [name, atom] as const;
      }),
    );
    return Object.fromEntries(values) as unknown as Atoms;
  };

  const isManaged = async (window: number, { WM_STATE }: Atoms): Promise<boolean> =>
    (await unlessGone(propertyOf(x, window, WM_STATE))) !== undefined;

  /** The managed window in a frame, breadth first; undefined for what no manager wrapped. */
  const clientIn = async (frame: number, known: Atoms): Promise<number | undefined> => {
    let level = [frame];
    for (let depth = 0; depth <= FRAME_DEPTH && level.length > 0; depth += 1) {
      const managed = await Promise.all(level.map((window) => isManaged(window, known)));
      const found = level[managed.indexOf(true)];
      if (found !== undefined) return found;
      const trees = await Promise.all(level.map((window) => unlessGone(treeOf(x, window))));
      level = trees.flatMap((tree) => tree?.children ?? []).slice(0, MOST_WINDOWS);
    }
    return undefined;
  };

  /** The child of the root that a window is in. */
  const topOf = async (window: number): Promise<number | undefined> => {
    let at = window;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const tree = await unlessGone(treeOf(x, at));
      if (tree === undefined) return undefined;
      if (tree.parent === root || tree.parent === 0) return at;
      at = tree.parent;
    }
    return undefined;
  };

  const focused = async (): Promise<number | undefined> => {
    const focus = await focusOf(x);
    if (focus === NO_FOCUS) return undefined;
    if (focus !== POINTER_ROOT && focus !== root) return topOf(focus);
    if (focus === root) return undefined; // keys go to the root, which does nothing with them
    const { child } = await translate(x, root, root, await pointerOf(x));
    return child === 0 ? undefined : child;
  };

  const activeClient = async (known: Atoms): Promise<number | undefined> => {
    const top = await focused();
    return top === undefined ? undefined : ((await clientIn(top, known)) ?? top);
  };

  /** Undefined where it has gone. */
  const look = async (
    id: number,
    kind: ScreenWindow['kind'],
    active: number | undefined,
    known: Atoms,
  ): Promise<ScreenWindow | undefined> => {
    const property = (name: keyof Atoms): Promise<Property | undefined> => propertyOf(x, id, known[name]);
    const found = await unlessGone(
      Promise.all([
        sizeOf(x, id),
        translate(x, id, root, [0, 0]),
        property('WM_CLASS'),
        property('_NET_WM_PID'),
        property('_NET_WM_NAME'),
        property('WM_NAME'),
      ]),
    );
    if (found === undefined) return undefined;
    const [size, { point }, classes, pids, title, oldTitle] = found;
    const [pid] = numbersIn(pids);
    return {
      id,
      title: title === undefined ? textOf(oldTitle, 'latin1') : textOf(title, 'utf8'),
      className: textOf(classes, 'latin1').split('\0').at(1) ?? '',
      ...(pid === undefined ? {} : { pid }),
      owner: id & ~x.facts.resourceMask,
      kind,
      bounds: { x: point[0], y: point[1], ...size },
      active: id === active,
    };
  };

  const theRoot = async (known: Atoms): Promise<ScreenWindow> => {
    const found = await look(root, 'root', undefined, known);
    if (found === undefined) throw new Error('the root of the X screen is not there');
    return found;
  };

  const fromTop = async (top: number, known: Atoms): Promise<ScreenWindow | undefined> => {
    const client = await clientIn(top, known);
    if (client !== undefined) return look(client, 'window', await activeClient(known), known);
    const attributes = await unlessGone(attributesOf(x, top));
    // Without a manager every window is its own top; what asks managers to leave it alone is a popup.
    return look(top, attributes?.overrideRedirect === true ? 'popup' : 'window', await activeClient(known), known);
  };

  return {
    async list() {
      const known = await atoms();
      const managed = numbersIn(await propertyOf(x, root, known._NET_CLIENT_LIST_STACKING));
      const ids = managed.length > 0 ? managed : await unmanaged(x);
      const active = await activeClient(known);
      const windows = await Promise.all(ids.slice(-MOST_WINDOWS).map((id) => look(id, 'window', active, known)));
      return windows.filter((window) => window !== undefined);
    },
    async at(point) {
      const known = await atoms();
      const { child } = await translate(x, root, root, point);
      return (child === 0 ? undefined : await fromTop(child, known)) ?? theRoot(known);
    },
    async keyboard() {
      const known = await atoms();
      const top = await focused();
      const found = top === undefined ? undefined : await fromTop(top, known);
      // Managers without a window to focus give the keyboard to one of their own, which nobody sees.
      const isSeen = found !== undefined && (await isOnScreen(x, found));
      return isSeen ? found : undefined;
    },
  };
}

/** Windows on a screen that nobody manages. */
async function unmanaged(x: XConnection): Promise<number[]> {
  const { children } = await treeOf(x, x.facts.root);
  const seen = await Promise.all(
    children.slice(-MOST_WINDOWS).map(async (id) => {
      const attributes = await unlessGone(attributesOf(x, id));
      return attributes?.viewable === true && !attributes.overrideRedirect;
    }),
  );
  return children.slice(-MOST_WINDOWS).filter((_, at) => seen[at]);
}

async function isOnScreen(x: XConnection, { id, bounds }: ScreenWindow): Promise<boolean> {
  const found = await unlessGone(Promise.all([attributesOf(x, id), sizeOf(x, x.facts.root)]));
  if (found === undefined) return false;
  const [{ viewable }, screen] = found;
  const { x: left, y: top, width, height } = bounds;
  return viewable && left + width > 0 && top + height > 0 && left < screen.width && top < screen.height;
}

function textOf(property: Property | undefined, encoding: 'latin1' | 'utf8'): string {
  return property?.format === 8 ? property.value.toString(encoding) : '';
}
