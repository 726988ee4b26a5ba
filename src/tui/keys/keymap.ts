// Every key of the dashboard, as data: footer, help, palette and docs/KEYS.md are made from it, and `update` obeys it.
// A key that is not here does nothing, except typing in a text field.

import type { Focus, Model } from '../model/model.ts';
import { topOverlay } from '../model/select.ts';
import { pairField } from '../update/pairing.ts';
import { ANSWER_KEYS } from './answer-keys.ts';
import { ARTIFACT_KEYS } from './artifact-keys.ts';
import { type Binding, bind, CONTEXTS, type Context, foot } from './binding.ts';
import { COMPOSER_KEYS } from './composer-keys.ts';
import { DEVICE_KEYS } from './device-keys.ts';
import {
  canAttach,
  canCancel,
  canCompare,
  canConfirm,
  canReroute,
  canRetry,
  canUndo,
  connected,
  disconnected,
  hasArtifact,
  hasNextApproval,
  hasRun,
  hasSearch,
  hasSelection,
  nextApprovalLabel,
} from './enabled.ts';
import { JUMP_KEYS } from './jump-keys.ts';
import { LINK_KEYS } from './link-keys.ts';
import { POLICY_KEYS } from './policy-keys.ts';
import { RUN_KEYS } from './run-keys.ts';
import { THEME_KEYS } from './theme-keys.ts';
import { THREAD_KEYS } from './thread-keys.ts';

export const KEYMAP = [
  ...COMPOSER_KEYS,

  bind('panes', 'pane.open', 'enter', 'open what is selected', {
    ...foot('open', 2),
    palette: true,
    enabled: hasSelection,
  }),
  bind('panes', 'pane.compose', 't space', 'type a task', { ...foot('type', 1), palette: true }),
  bind('panes', 'pane.compose-with', '! = @', 'type a task that begins with this character'),
  bind('panes', 'pane.next', 'tab', 'go to the next pane'),
  bind('panes', 'pane.previous', 'S-tab', 'go to the pane before'),
  bind('panes', 'pane.thread', '1', 'go to the thread', { palette: true }),
  bind('panes', 'pane.approvals', '2', 'go to the approvals', { palette: true }),
  bind('panes', 'pane.runs', '3', 'go to the runs', { palette: true }),
  bind('panes', 'pane.devices', '4', 'go to the devices', { palette: true }),
  bind('panes', 'list.down', 'j down', 'go down'),
  bind('panes', 'list.up', 'k up', 'go up'),
  bind('panes', 'list.half-down', 'C-d', 'go down half a page'),
  bind('panes', 'list.half-up', 'C-u', 'go up half a page'),
  bind('panes', 'list.page-down', 'pagedown C-f', 'go down a page'),
  bind('panes', 'list.page-up', 'pageup C-b', 'go up a page'),
  bind('panes', 'list.first', 'g home', 'go to the beginning'),
  bind('panes', 'list.last', 'G end', 'go to the end, and stay there as more comes'),
  bind('panes', 'pane.zoom', 'z', 'give the whole screen to this pane, or take it back', { palette: true }),
  bind('panes', 'pane.search', '/', 'search the whole thread', { ...foot('search', 8), palette: true }),
  bind('panes', 'search.next', 'n', 'go to the next result', { palette: true, enabled: hasSearch }),
  bind('panes', 'search.previous', 'N', 'go to the result before', { palette: true, enabled: hasSearch }),
  bind('panes', 'pane.palette', ':', 'open the palette: every command, by name', foot('commands', 9)),
  bind('panes', 'pane.help', '?', 'show all keys', { ...foot('help', 10), palette: true }),
  bind('panes', 'pane.back', 'escape', 'show all of the thread again, or go back to it'),
  bind('panes', 'pane.quit', 'q', 'leave the dashboard (what runs goes on)', { ...foot('quit', 11), palette: true }),
  bind('panes', 'pane.mouse', 'm', 'turn the mouse on or off', { palette: true }),

  bind('panes', 'pane.pair', 'P', 'pair a device: show a ticket, use one, or look nearby', {
    ...foot('pair', 12),
    palette: true,
    enabled: connected,
  }),

  bind('panes', 'peer.start', 'R', 'start the peer of this machine, if it is gone', {
    ...foot('start the peer', 1),
    palette: true,
    enabled: disconnected,
  }),

  bind('actions', 'approval.next', 'a', 'look at the next approval', {
    ...foot(nextApprovalLabel, 3),
    palette: true,
    enabled: hasNextApproval,
  }),
  bind('actions', 'run.attach', 'i', 'attach to the run: your keys go to its terminal', {
    ...foot('attach', 4),
    palette: true,
    enabled: canAttach,
  }),
  bind('actions', 'run.cancel', 'x', 'cancel the run', { ...foot('cancel', 5), palette: true, enabled: canCancel }),
  bind('actions', 'run.retry', 'r', 'run it again, as a new run', {
    ...foot('retry', 6),
    palette: true,
    enabled: canRetry,
  }),
  bind('actions', 'run.reroute', 'M', 'send the run elsewhere, while nobody has begun it', {
    palette: true,
    enabled: canReroute,
  }),
  bind('actions', 'run.undo', 'u', 'put back what the run changed of files', {
    ...foot('undo', 6),
    palette: true,
    enabled: canUndo,
  }),
  bind('actions', 'run.compare', 'D', 'compare what the run printed with the run that it retries, or with another', {
    palette: true,
    enabled: canCompare,
  }),
  bind('actions', 'run.signal', 'S', 'send a signal to the run', { palette: true, enabled: canAttach }),
  bind('actions', 'artifact.open', 'o', 'open the artifact', {
    ...foot('open file', 6),
    palette: true,
    enabled: hasArtifact,
  }),
  bind('actions', 'artifact.preview', 'v', 'show what is in the artifact', {
    palette: true,
    enabled: hasArtifact,
  }),
  bind('actions', 'artifact.save', 's', 'save the artifact', {
    ...foot('save file', 7),
    palette: true,
    enabled: hasArtifact,
  }),
  bind('actions', 'selection.copy', 'c', 'copy what is selected: a command, a message, where a file is', {
    palette: true,
  }),

  ...ANSWER_KEYS,

  ...THREAD_KEYS,
  ...RUN_KEYS,
  ...DEVICE_KEYS,
  ...POLICY_KEYS,
  ...ARTIFACT_KEYS,
  ...JUMP_KEYS,
  ...LINK_KEYS,
  ...THEME_KEYS,

  bind('attach', 'attach.detach', 'C-]', 'detach: the run goes on', foot('detach', 1)),
  bind('attach', 'attach.scroll-up', 'S-pageup', 'look back', foot('look back', 2)),
  bind('attach', 'attach.scroll-down', 'S-pagedown', 'come forward again'),

  bind('search', 'search.open', 'enter', 'show the result in the thread', foot('show', 1)),
  bind('search', 'search.down', 'down C-n', 'next result'),
  bind('search', 'search.up', 'up C-p', 'result before'),
  bind('search', 'search.page-down', 'pagedown', 'down a page'),
  bind('search', 'search.page-up', 'pageup', 'up a page'),
  bind(
    'search',
    'search.keep',
    'tab',
    'keep it as a filter: the thread shows only what is found',
    foot('keep as filter', 3),
  ),
  bind('search', 'search.close', 'escape', 'go back', foot('back', 2)),

  bind('palette', 'palette.run', 'enter', 'do it', foot('do it', 1)),
  bind('palette', 'palette.down', 'down C-n', 'next'),
  bind('palette', 'palette.up', 'up C-p', 'the one before'),
  bind('palette', 'palette.close', 'escape', 'go back', foot('back', 2)),

  bind('scroll', 'scroll.down', 'j down', 'scroll down', foot('scroll', 4)),
  bind('scroll', 'scroll.up', 'k up', 'scroll up'),
  bind('scroll', 'scroll.half-down', 'C-d', 'scroll down half a page'),
  bind('scroll', 'scroll.half-up', 'C-u', 'scroll up half a page'),
  bind('scroll', 'scroll.page-down', 'pagedown space', 'scroll down a page'),
  bind('scroll', 'scroll.page-up', 'pageup', 'scroll up a page'),
  bind('scroll', 'scroll.first', 'g home', 'scroll to the beginning'),
  bind('scroll', 'scroll.last', 'G end', 'scroll to the end'),

  bind('text', 'text.copy', 'c', 'copy the whole text', foot('copy', 3)),
  bind('text', 'text.close', 'escape q', 'go back', foot('back', 1)),
  bind('help', 'help.close', 'escape q ?', 'go back', foot('back', 1)),

  bind('save', 'save.confirm', 'enter', 'save it there', foot('save', 1)),
  bind('save', 'save.close', 'escape', 'go back', foot('back', 2)),
  bind('signal', 'signal.send', 'enter', 'send the selected signal', { ...foot('send', 1), enabled: hasRun }),
  bind('signal', 'signal.down', 'j down', 'next signal'),
  bind('signal', 'signal.up', 'k up', 'signal before'),
  bind('signal', 'signal.close', 'escape q', 'go back', foot('back', 2)),
  bind('confirm', 'confirm.yes', 'y', 'yes', { ...foot('yes', 1), enabled: canConfirm }),
  bind('confirm', 'confirm.no', 'n escape q', 'no', foot('no', 2)),

  bind('always', 'always.palette', 'C-p', 'open the palette', foot('commands', 9)),
  bind('always', 'always.help', 'f1', 'show all keys', foot('help', 10)),
  bind('always', 'always.approval', 'M-a', 'look at the next approval, from anywhere', {
    ...foot(nextApprovalLabel, 3),
    enabled: hasNextApproval,
  }),
  bind('always', 'always.interrupt', 'C-c', 'clear the text; twice: leave the dashboard'),
  bind('always', 'always.suspend', 'C-z', 'suspend the dashboard; "fg" brings it back', { palette: true }),
] as const satisfies readonly Binding[];

export type BindingId = (typeof KEYMAP)[number]['id'];
type KnownBinding = Binding & { readonly id: BindingId };
/** Those that hold: set once, before the first frame. */
let BINDINGS: readonly KnownBinding[] = KEYMAP;

/** Gives bindings the keys that the configuration asks for. */
export function takeKeys(bindings: readonly KnownBinding[]): void {
  BINDINGS = bindings;
}

export const allBindings = (): readonly KnownBinding[] => BINDINGS;

/** The first key of a binding, as people read it; of one that has none, the key of the palette, which has it. */
export function keyOf(id: BindingId): string {
  const keysOf = (wanted: BindingId): string | undefined => BINDINGS.find((binding) => binding.id === wanted)?.keys[0];
  return keyLabel(keysOf(id) ?? keysOf('always.palette') ?? '');
}

/** Where keys go without a dialog, if not to the panes in general. */
const FOCUSED: Partial<Readonly<Record<Focus, readonly Context[]>>> = {
  composer: ['composer', 'always'],
  devices: ['fleet', 'panes', 'actions', 'always'],
};

/** Where keys go now, the most particular first. */
function activeContexts(model: Model): readonly Context[] {
  const overlay = topOverlay(model);
  if (overlay === undefined) {
    if (model.focus === 'composer' && model.composer.chord) return ['outside', 'composer', 'always'];
    return FOCUSED[model.focus] ?? ['panes', 'actions', 'always'];
  }
  switch (overlay.kind) {
    case 'attach':
      return ['attach'];
    case 'run':
      return ['run', 'actions', 'scroll', 'always'];
    case 'device': {
      const local = model.devices.some(({ id, local: here }) => here && id === overlay.device);
      return local ? ['limits', 'device', 'scroll', 'always'] : ['device', 'scroll', 'always'];
    }
    case 'runs':
      return ['runs', 'actions', 'always'];
    case 'pair':
      return pairField(overlay) === undefined ? ['pair', 'choices', 'always'] : ['pair', 'always'];
    case 'proposal':
      return [overlay.proposal.askedWord === undefined ? 'proposal' : 'compare', 'always'];
    case 'approval':
    case 'text':
    case 'help':
    case 'preview':
      return [overlay.kind, 'scroll', 'always'];
    case 'assent':
      return overlay.to.type === 'for-run' ? ['term', 'assent', 'scroll', 'always'] : ['assent', 'scroll', 'always'];
    case 'edit':
      return overlay.chord ? ['chord', 'always'] : ['edit', 'always'];
    case 'artifacts':
    case 'find':
    case 'seek':
    case 'policy':
    case 'check':
    case 'folder':
    case 'access':
    case 'palette':
    case 'recall':
    case 'waiting':
    case 'search':
    case 'reason':
    case 'confirm':
    case 'signal':
    case 'theme':
    case 'save':
    case 'rename':
    case 'revoke':
      return [overlay.kind, 'always'];
  }
}

/** What the key does now, whether it is enabled or not. */
export function bindingFor(model: Model, key: string): (Binding & { readonly id: BindingId }) | undefined {
  for (const context of activeContexts(model)) {
    const found = BINDINGS.find((binding) => binding.context === context && binding.keys.includes(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The bindings that have a meaning now: a key that a more particular context takes is left out. */
export function activeBindings(model: Model): (Binding & { readonly id: BindingId })[] {
  const taken = new Set<string>();
  const active: (Binding & { readonly id: BindingId })[] = [];
  for (const context of activeContexts(model)) {
    const free = BINDINGS.filter(
      (binding) => binding.context === context && binding.keys.some((key) => !taken.has(key)),
    );
    for (const binding of free) active.push(binding);
    for (const binding of free) for (const key of binding.keys) taken.add(key);
  }
  return active;
}

export interface FooterHint {
  readonly key: string;
  readonly label: string;
}

/** The footer: what can be pressed now, the most useful first. The view shows as many as fit. */
export function footerHints(model: Model): FooterHint[] {
  return activeBindings(model)
    .filter((binding) => binding.footer !== undefined && binding.keys.length > 0 && binding.enabled(model) === true)
    .sort((a, b) => (a.footer?.order ?? 0) - (b.footer?.order ?? 0))
    .map((binding) => ({ key: keyLabel(binding.keys[0] ?? ''), label: labelOf(model, binding) }));
}

const labelOf = (model: Model, { footer }: Binding): string =>
  typeof footer?.label === 'function' ? footer.label(model) : (footer?.label ?? '');

export interface HelpSection {
  readonly heading: string;
  readonly lines: readonly {
    readonly id: BindingId;
    readonly keys: string;
    readonly text: string /** Why it would do nothing now. */;
    readonly disabled?: string;
  }[];
}

/** All keys, those of the place where help was asked for first. */
export function helpSections(model?: Model): HelpSection[] {
  const here = model === undefined ? [] : activeContexts(model);
  const order = [...new Set<Context>([...here, ...(Object.keys(CONTEXTS) as Context[])])];
  return order.map((context) => ({
    heading: CONTEXTS[context],
    lines: BINDINGS.filter((binding) => binding.context === context).map((binding) => {
      const enabled = model !== undefined && here.includes(context) ? binding.enabled(model) : true;
      const line = { id: binding.id, keys: binding.keys.map(keyLabel).join(' '), text: binding.description };
      return enabled === true ? line : { ...line, disabled: enabled };
    }),
  }));
}

const LABELS: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  space: 'Space',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
};

/** A key as people read it: `C-x`, `M-Enter`, `S-Tab`. */
export function keyLabel(key: string): string {
  const modifiers = /^(?:[CMS]-)*/.exec(key)?.[0] ?? '';
  const name = key.slice(modifiers.length);
  return `${modifiers}${LABELS[name] ?? (/^f\d+$/.test(name) ? name.toUpperCase() : name)}`;
}
