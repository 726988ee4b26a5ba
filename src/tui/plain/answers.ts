// Answering at the plain prompt: the same decisions as in the dialog, by typed words, with the same guards. A yes that reaches
// further than once is shown as what it means, and then asked for once more.

import type { ControlClient } from '../../control/client/client.ts';
import { isYes, type PendingApproval } from '../../core/approvals.ts';
import { deviceName } from '../../core/devices.ts';
import { DispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Params } from '../../protocol/api.ts';
import { agreement } from '../rows/request-rows.ts';
import { sanitizeLine, sanitizeText } from '../terminal/sanitize.ts';
import { whyNotOffered } from '../update/approvals.ts';
import { alikeTo } from '../update/assents.ts';
import { whyNotEdited } from '../update/editing.ts';
import { mustBeShown, type Shown, type TypedLine, whyNotAnswer } from './guard.ts';
import { type PlainLine, requestLines } from './lines.ts';
import type { PlainState } from './state.ts';

type Word = (rest: string, typed: TypedLine) => void | Promise<void>;

interface Deps {
  readonly state: PlainState;
  /** Throws while there is no connection. */
  readonly peer: () => ControlClient;
  /** Throws `not-found`. */
  readonly named: (ref: string) => Run;
  readonly print: (...lines: readonly PlainLine[]) => void;
}

type Decide = Params<'decide'>;

/** What `confirm` says yes to, once it has been printed. */
interface Second {
  readonly shown: Shown;
  readonly decisions: readonly Decide[];
}

const TERM = /^(\d{1,3})(m|min|h)$/;
const USUAL_TERM_MS = 15 * 60_000;
const USAGE = 'type: approve RUN, approve RUN for-run 15m, approve RUN always, or approve RUN alike';

export function createPlainAnswers({ state, peer, named, print }: Deps) {
  const seconds = new Map<string, Second>();

  const printRequest = (approval: PendingApproval): void => {
    print(...requestLines(approval, state.context()));
    state.markShown(approval, Date.now());
  };

  /** What the run asks for, if the line may answer it; else it has been said why not. */
  const answerable = (ref: string, decision: Decide['decision'], typed: TypedLine): PendingApproval | undefined => {
    const run = named(ref);
    const approval = state.approvals().find(({ runId }) => runId === run.id);
    if (approval === undefined) {
      print(`Run ${run.number} waits for no answer.`);
      return undefined;
    }
    const offered = whyNotOffered(state.context(), approval, decision);
    const why = offered ?? whyNotAnswer(approval, state.shown(approval), typed, Date.now());
    if (why === undefined) return approval;
    print(`Not answered: ${why}.`);
    if (offered === undefined && mustBeShown(approval, state.shown(approval))) printRequest(approval);
    return undefined;
  };

  const decide = async (params: Decide): Promise<void> => {
    const { approval } = await peer().call('decide', params);
    if (approval.status === 'pending') print(`You have agreed; ${agreement(state.context(), approval)}.`);
  };

  const askAgain = (approval: PendingApproval, decisions: readonly Decide[], lines: readonly PlainLine[]): void => {
    const ref = state.run(approval.runId)?.number ?? approval.runId;
    print(...lines, `To say yes to that, type: confirm ${ref}`);
    seconds.set(approval.id, { shown: { digest: approval.digest, at: Date.now() }, decisions });
  };

  const always = async (approval: PendingApproval, bound: Omit<Decide, 'decision'>): Promise<void> => {
    // Where it is not offered its device refuses, and says why there can be no rule.
    const { rule, toml } = await peer().call('approval.propose', { approval: approval.id });
    const offered = whyNotOffered(state.context(), approval, 'approve-always');
    if (offered !== undefined) return print(`Not answered: ${offered}.`);
    const device = sanitizeLine(deviceName(state.context(), approval.device));
    askAgain(
      approval,
      [{ ...bound, decision: 'approve-always', rule }],
      [
        `${device} keeps this rule, and from then on what it matches runs there without asking:`,
        ...toml
          .trimEnd()
          .split('\n')
          .map((line) => ({ exact: `  ${sanitizeText(line)}` })),
        'And this request is approved.',
      ],
    );
  };

  const alike = (approval: PendingApproval): void => {
    const requests = alikeTo(state.context(), approval);
    if (requests.length < 2) {
      print('Nothing else that waits is the same but for run and device.');
      return;
    }
    const lines = requests.map((request) => {
      const run = state.run(request.runId);
      const device = sanitizeLine(deviceName(state.context(), request.device));
      return `  ${device}: ${run === undefined ? request.runId : `run ${run.number}`}`;
    });
    const decisions = requests.map(({ id, digest }): Decide => ({ approval: id, digest, decision: 'approve' }));
    askAgain(approval, decisions, ['These are the same as what was shown, but for run and device:', ...lines]);
  };

  const approve: Word = async (rest, typed) => {
    const [ref = '', how, term, ...more] = rest.split(/\s+/);
    if (more.length > 0) throw usage();
    const decision = how === 'for-run' ? 'approve-for-run' : how === 'always' ? 'approve-always' : 'approve';
    const forMs = how === 'for-run' ? termOf(term) : undefined;
    if (how !== undefined && !['for-run', 'always', 'alike'].includes(how)) throw usage();
    if (term !== undefined && forMs === undefined) throw usage();
    const approval = answerable(ref, how === 'always' ? 'approve' : decision, typed);
    if (approval === undefined) return;
    const bound = { approval: approval.id, digest: approval.digest };
    if (how === 'always') return always(approval, bound);
    if (how === 'alike') return alike(approval);
    await decide({ ...bound, decision, ...(forMs === undefined ? {} : { forMs }) });
  };

  const reject: Word = async (rest, typed) => {
    const [ref = '', ...words] = rest.split(/\s+/);
    const approval = answerable(ref, 'reject', typed);
    if (approval === undefined) return;
    const note = words.length > 0 ? { note: words.join(' ') } : {};
    await decide({ approval: approval.id, digest: approval.digest, decision: 'reject', ...note });
  };

  const confirm: Word = async (rest, typed) => {
    const [ref = ''] = rest.split(/\s+/);
    const run = named(ref);
    const approval = state.approvals().find(({ runId }) => runId === run.id);
    const second = approval === undefined ? undefined : seconds.get(approval.id);
    if (approval === undefined || second === undefined) return print(`Run ${run.number}: there is nothing to confirm.`);
    const [first] = second.decisions;
    const why =
      whyNotOffered(state.context(), approval, first?.decision ?? 'approve') ??
      whyNotAnswer(approval, second.shown, typed, Date.now());
    if (why !== undefined) return print(`Not answered: ${why}.`);
    seconds.delete(approval.id);
    // What no longer waits as it was shown is not answered.
    const waiting = second.decisions.filter(({ approval: id, digest }) =>
      state.approvals().some((pending) => pending.id === id && pending.digest === digest),
    );
    for (const params of waiting.filter(({ decision }) => isYes(decision))) await decide(params);
  };

  const edit: Word = async (rest, typed) => {
    const [, ref = '', command = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
    const approval = answerable(ref, 'approve', typed);
    if (approval === undefined) return;
    const run = state.run(approval.runId);
    const why = whyNotEdited(state.context(), approval, run);
    if (why !== undefined) return print(`Not edited: ${why}.`);
    if (command === '' || command === approval.payload.command)
      return print('Type the command as it should be: edit RUN COMMAND');
    await peer().call('approval.edit', { approval: approval.id, digest: approval.digest, command });
    if (run !== undefined && !isFinal(run)) print('Asked anew. The new version is printed, and has to be answered.');
  };

  return { words: { approve, reject, confirm, edit } satisfies Record<string, Word>, printRequest };
}

const usage = (): DispatchError => new DispatchError('usage', 'that is no answer', { hint: USAGE });

/** `5m`, `1h`, in milliseconds; 15 minutes if nothing is said. Undefined for what is no time. */
function termOf(text: string | undefined): number | undefined {
  if (text === undefined) return USUAL_TERM_MS;
  const [, number, unit] = TERM.exec(text) ?? [];
  const minutes = Number(number) * (unit === 'h' ? 60 : 1);
  return Number.isNaN(minutes) || minutes === 0 ? undefined : minutes * 60_000;
}
