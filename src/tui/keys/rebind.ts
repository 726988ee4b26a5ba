// The keymap with other keys, as the configuration asks for them. Whatever it asks, questions keep their answers, typing types, and a
// dashboard can be left: what would take that away is refused, with the reason.

import { closest } from '../../core/closest.ts';
import { type Refusal, refuse } from '../../core/errors.ts';
import type { Binding, Context } from './binding.ts';
import { readKey } from './key-names.ts';

/** By binding: the keys as they are written; none takes its keys away. */
export type WantedKeys = Readonly<Record<string, readonly string[]>>;

/** Why the keys of one binding cannot be so. */
export interface BadKeys {
  readonly id: string;
  readonly refusal: Refusal;
}

/** An answer is the same key in every dashboard, so that nobody says yes where another key was meant. */
const FIXED: Readonly<Record<string, string>> = {
  'approval.approve': 'an answer is the same key in every dashboard',
  'approval.reject': 'an answer is the same key in every dashboard',
  'assent.yes': 'an answer is the same key in every dashboard',
  'confirm.yes': 'an answer is the same key in every dashboard',
  'confirm.no': 'an answer is the same key in every dashboard',
  'proposal.accept': 'an answer is the same key in every dashboard',
  'proposal.refuse': 'an answer is the same key in every dashboard',
  'attach.detach': 'it is the one way out of the terminal of a run',
  'always.interrupt': 'it is the way out that always works',
};
/** Without a key for these there would be no way to do it, or no way back. */
const ESSENTIAL =
  /^(?:composer\.(?:send|leave)|pane\.(?:open|compose|quit|help)|always\.(?:help|palette)|.*\.(?:close|leave|send|refuse|confirm|run|open|keep|choose|find|enter))$/;
/** Where letters are typed, or go to the program of a run. */
const TYPED: ReadonlySet<Context> = new Set<Context>([
  ...(['composer', 'always', 'attach', 'recall', 'edit', 'reason', 'search', 'palette'] as const),
  ...(['save', 'rename', 'revoke', 'find', 'folder', 'check', 'compare', 'pair'] as const),
]);
/** What corrects a text, or moves in it. */
const EDITING: ReadonlySet<string> = new Set(['backspace', 'delete', 'left', 'right', 'home', 'end']);
/** Their keys mean something at the same time, and none of them comes before the other. */
const groupOf = (context: Context): Context => (context === 'actions' ? 'panes' : context);

export function rebind<B extends Binding>(
  keymap: readonly B[],
  wanted: WantedKeys,
): { readonly ok: true; readonly bindings: readonly B[] } | { readonly ok: false; readonly bad: BadKeys } {
  const keysOf = new Map<string, readonly string[]>();
  for (const [id, written] of Object.entries(wanted)) {
    const read = readKeys(keymap, id, written);
    if (!read.ok) return { ok: false, bad: { id, refusal: read } };
    keysOf.set(id, read.keys);
  }
  const bindings = keymap.map((binding) => ({ ...binding, keys: keysOf.get(binding.id) ?? binding.keys }));
  const bad = clash(bindings, keysOf);
  return bad === undefined ? { ok: true, bindings } : { ok: false, bad };
}

function readKeys(
  keymap: readonly Binding[],
  id: string,
  written: readonly string[],
): { readonly ok: true; readonly keys: readonly string[] } | Refusal {
  const binding = keymap.find((candidate) => candidate.id === id);
  if (binding === undefined) return unknownId(keymap, id);
  const fixed = FIXED[id];
  if (fixed !== undefined)
    return refuse('invalid', `${id} stays on ${binding.keys.join(' ')}: ${fixed}`, 'take the line out');
  const keys: string[] = [];
  for (const word of written) {
    if (word.trim() === '') continue;
    const read = readKey(word);
    if (!read.ok) return read;
    const { key } = read;
    if (key === 'C-c') return refuse('invalid', `C-c leaves the dashboard, from everywhere`, 'take another key');
    const isLetter = [...key].length === 1 || key === 'space';
    if (isLetter && TYPED.has(binding.context))
      return refuse('invalid', `${id}: "${word}" is typed there`, 'take a key with C- or M-, or F1 to F12');
    if (EDITING.has(key) && TYPED.has(binding.context) && !binding.keys.includes(key))
      return refuse('invalid', `${id}: ${key} edits what is typed there`, 'take a key with C- or M-, or F1 to F12');
    const answer = answerOf(keymap, binding.context, key);
    if (answer !== undefined)
      return refuse('invalid', `${id}: ${key} is ${answer.id} there (${answer.description})`, 'take another key');
    if (id === 'pane.compose-with' && !isLetter)
      return refuse('invalid', `${id}: "${word}" is no character that a task can begin with`);
    if (!keys.includes(key)) keys.push(key);
  }
  if (keys.length === 0 && ESSENTIAL.test(id))
    return refuse('invalid', `${id} needs a key`, `as it comes it has ${binding.keys.join(' ')}`);
  return { ok: true, keys };
}

/** A question lies under choosing for how long: its answers stay what they are. */
function answerOf(keymap: readonly Binding[], context: Context, key: string): Binding | undefined {
  if (context !== 'term') return undefined;
  return keymap.find((other) => other.context === 'assent' && other.id in FIXED && other.keys.includes(key));
}

function unknownId(keymap: readonly Binding[], id: string): Refusal {
  const ids = keymap.map((binding) => binding.id);
  const word = id.split('.').at(-1) ?? id;
  const near = [closest(id, ids) ?? [], ids.filter((other) => other.split('.').at(-1) === word)].flat();
  const hint =
    near.length === 0 ? 'docs/KEYS.md has the names' : `did you mean ${[...new Set(near)].slice(0, 4).join(', ')}?`;
  return refuse('invalid', `there is no binding "${id}"`, hint);
}

/** Two bindings for one key in one place, one of them changed. */
function clash(bindings: readonly Binding[], changed: ReadonlyMap<string, unknown>): BadKeys | undefined {
  const taken = new Map<string, Binding>();
  for (const binding of bindings) {
    for (const key of binding.keys) {
      const place = `${groupOf(binding.context)} ${key}`;
      const other = taken.get(place);
      taken.set(place, binding);
      if (other === undefined || (!changed.has(binding.id) && !changed.has(other.id))) continue;
      const [mine, theirs] = changed.has(binding.id) ? [binding, other] : [other, binding];
      const reason = `${key} would be both ${mine.id} (${mine.description}) and ${theirs.id} (${theirs.description})`;
      const mend =
        theirs.id in FIXED ? 'take another key' : `take another key, or give ${theirs.id} another one as well`;
      return { id: mine.id, refusal: refuse('invalid', reason, mend) };
    }
  }
  return undefined;
}
