/**
 * Notifications on the desktop for approvals that wait: what, where and by whom. One stands at a time and names all that wait; it
 * changes at most once a second, and goes as soon as none waits. It only tells: nothing can be answered with it.
 */

import { maskSecrets } from '../core/secrets.ts';
import { busAddress, openNotificationBus } from './notification-bus.ts';
import type { NotificationText } from './notification-messages.ts';

export interface Notifier {
  /** A request waits for an answer. `names`: the device that executes, and who asks, as people call them. */
  requested(approval: { readonly id: string; readonly title: string }, names: AskedNames): void;
  /** It waits no more, however that came. */
  withdrawn(id: string): void;
  /** Takes away what is shown. */
  close(): Promise<void>;
}

export interface AskedNames {
  readonly device: string;
  /** `you`, `laptop`, `an agent on laptop`. */
  readonly by: string;
}

interface Waiting extends AskedNames {
  readonly title: string;
}

const EVERY_MS = 1000;
/** What is answered within this time was no question to anybody, and what comes together is told together. */
const SETTLE_MS = 250;
const LISTED = 5;
const TITLE_MAX = 160;
const NAME_MAX = 80;

/** Shows nothing where the environment names no session bus on this machine. What does not work is logged once. */
export function createNotifier({
  env,
  log,
}: {
  env: NodeJS.ProcessEnv;
  log: { warn(message: string): void };
}): Notifier {
  const address = busAddress(env);
  if (address === undefined) return { requested() {}, withdrawn() {}, async close() {} };
  let faulty = false;
  const bus = openNotificationBus(address, (what) => {
    if (!faulty) log.warn(`notifications on the desktop do not work: ${oneLine(what, TITLE_MAX)}`);
    faulty = true;
  });
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let news = false;
  let shown = false;

  const show = (): void => {
    timer = undefined;
    if (waiting.size === 0) return;
    last = performance.now();
    bus.show(textOf([...waiting.values()]), { anew: news });
    news = false;
    shown = true;
  };
  const showSoon = (): void => {
    timer ??= setTimeout(show, Math.max(SETTLE_MS, last + EVERY_MS - performance.now()));
    timer.unref();
  };
  return {
    requested({ id, title }, { device, by }) {
      if (waiting.has(id)) return;
      waiting.set(id, {
        title: oneLine(title, TITLE_MAX),
        device: oneLine(device, NAME_MAX),
        by: oneLine(by, NAME_MAX),
      });
      news = true;
      showSoon();
    },
    withdrawn(id) {
      if (!waiting.delete(id)) return;
      if (waiting.size > 0) {
        if (shown) showSoon();
        return;
      }
      clearTimeout(timer);
      timer = undefined;
      if (shown) bus.hide();
      shown = false;
    },
    async close() {
      clearTimeout(timer);
      waiting.clear();
      await bus.close();
    },
  };
}

function textOf(waiting: readonly Waiting[]): NotificationText {
  const [first, ...others] = waiting;
  if (first === undefined || others.length > 0) {
    const lines = waiting.slice(0, LISTED).map(({ title, device, by }) => `${title} (on ${device}, asked by ${by})`);
    const more = waiting.length - lines.length;
    return {
      title: `Dispatch: ${waiting.length} approvals wanted`,
      body: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    };
  }
  return {
    title: 'Dispatch: approval wanted',
    body: `${first.title}\non ${first.device}, asked by ${first.by}`,
  };
}

/** Whatever moves, hides or reorders text, or is not seen. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Text of unknown origin, without secrets that are known by their form, on one line of at most so many characters. */
function oneLine(text: string, max: number): string {
  const visible = maskSecrets(text)
    .replaceAll('\n', '⏎')
    .replace(UNSAFE, (char) => `⟨${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
  const characters = [...visible];
  return characters.length <= max ? visible : `${characters.slice(0, max - 1).join('')}…`;
}
