/**
 * Answers to requests of this device, from whoever may give them: a yes or no, an edited command, or a rule for the like of it. Whatever
 * comes from another device has been let in by its grant; here it is held against its signature.
 */

import type { Actor, Approval, Signature } from '../core/approvals.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { RunCommand } from '../core/commands.ts';
import { DispatchError } from '../core/errors.ts';
import type { ApprovalId, DeviceId, Sha256 } from '../core/ids.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import type { Run } from '../core/runs.ts';
import { MASK } from '../core/secrets.ts';
import { type CheckResult, checkAction } from './checks.ts';
import { type EngineDeps, executorFor, rawAction } from './context.ts';
import { illustrate } from './illustrations.ts';
import type { Journal } from './journal.ts';
import { maskTask } from './masking.ts';
import { proposalFor } from './proposals.ts';
import { askFor } from './requests.ts';
import { completeAnswer, type FullAnswer, isSignedBy, signAnswer } from './statements.ts';

type Answered = { approval: Approval; run: Run };

export interface Answers {
  /** Of the person at this device; signed here. */
  decide(id: ApprovalId, answer: Parameters<typeof completeAnswer>[1]): Promise<Answered>;
  /** Of a person at another device, which signed it. Throws `refused` where it did not. */
  take(caller: DeviceId, id: ApprovalId, answer: FullAnswer, signature: Signature): Promise<Answered>;
  edit(by: Actor, edited: { approval: ApprovalId; digest: Sha256; command: string }): Promise<Answered>;
  propose(id: ApprovalId): Promise<{ rule: RuleBody; toml: string }>;
}

export function createAnswers(
  deps: EngineDeps & {
    journal: Journal;
    self: Actor;
    /** The run was approved and may execute as soon as there is a slot. */
    onApproved: (run: Run) => void;
    /** An answer came for a request whose time is over. */
    onLate: () => void;
  },
): Answers {
  const { store, journal, clock, owner } = deps;

  const request = async (id: ApprovalId): Promise<{ asked: Approval; run: Run }> => {
    const asked = await store.approval(id);
    const run = asked === undefined ? undefined : (await store.run(asked.runId))?.run;
    if (asked !== undefined && run !== undefined && run.device === deps.identity.device) return { asked, run };
    throw new DispatchError('not-found', `there is no approval ${id}`, { hint: 'list them with "dispatch approvals"' });
  };

  /** Whoever may not answer any more must not have answered: asked for at the last moment before it is written. */
  const requireGrant = (device: DeviceId): void => {
    if (device === deps.identity.device || deps.grants.of(device).includes('approve')) return;
    throw new DispatchError('refused', 'this device does not let you answer for it any more', {
      hint: 'its owner allows it with "dispatch pair --allow approve" there, and a new ticket',
    });
  };

  const apply = async (asked: Approval, answer: FullAnswer, by: Actor, signature: Signature): Promise<Answered> => {
    const { decision, digest, note, forMs, rule } = answer;
    const command: RunCommand = {
      type: 'decide',
      approval: asked.id,
      decision,
      digest,
      signature,
      ...(note === undefined ? {} : { note: await deps.finder.mask(note) }),
      ...(forMs === undefined ? {} : { forMs }),
      ...(rule === undefined ? {} : { rule: canonicalJson(rule) }),
    };
    if (asked.status === 'pending' && clock.now() >= asked.expiresAt) deps.onLate();
    const guard = (): void => requireGrant(by.device);
    const { run, approval } = await journal.apply(asked.runId, [command], { by, sync: true, guard });
    if (approval === undefined) throw new Error(`run ${run.id} lost its approval`);
    if (asked.status === 'pending' && approval.status === 'approved') {
      deps.onApproved(run);
      if (rule !== undefined) await addRule(rule, by.device);
    }
    return { approval, run };
  };

  /** The answer is on the record by now; a rule that cannot be added is told, and what was approved runs all the same. */
  const addRule = async (rule: RuleBody, device: DeviceId): Promise<void> => {
    requireGrant(device);
    await owner.addRule(device === deps.identity.device ? rule : { ...rule, grantedBy: device });
  };

  /** What says "always" names the rule that would be added at this moment, or it is refused. */
  const requireProposed = async (asked: Approval, { rule }: FullAnswer): Promise<void> => {
    if (rule === undefined || asked.status !== 'pending') return;
    const proposed = await propose(asked.id);
    if (canonicalJson(proposed.rule) === canonicalJson(rule)) return;
    throw new DispatchError('conflict', 'the rule that was shown is not the one that would be added', {
      hint: 'look at the proposal again, then answer',
    });
  };

  const propose = async (id: ApprovalId): Promise<{ rule: RuleBody; toml: string }> => {
    const { asked, run } = await request(id);
    if ((asked.approvers ?? 1) > 1) {
      throw new DispatchError('refused', 'what several devices must agree on is asked about each time anew', {
        hint: 'approve it once',
      });
    }
    const action = await rawAction(deps, run);
    if (action === undefined) throw secretsGone(run);
    const inspected = await executorFor(deps, action.kind).inspect(action);
    if (!inspected.ok) throw DispatchError.fromRefusal(inspected);
    const { facts } = inspected;
    const proposed = proposalFor(deps, run, { action, facts, cwd: asked.payload.cwd, masked: run.masked === true });
    if (!proposed.ok) throw DispatchError.fromRefusal(proposed);
    return { rule: proposed.rule, toml: deps.ruleText(proposed.rule) };
  };

  const edit: Answers['edit'] = async (by, { approval: id, digest, command }) => {
    const { asked, run } = await request(id);
    const before = await rawAction(deps, run);
    if (before === undefined) throw secretsGone(run);
    if (before.kind !== 'shell') {
      throw new DispatchError('refused', 'only a shell command can be edited', {
        hint: 'reject it and submit another',
      });
    }
    if (command.includes(MASK)) {
      throw new DispatchError(
        'invalid',
        'the edited command holds a mask, which stands for a secret that is not shown',
        {
          hint: 'reject it, and submit the command that you mean',
        },
      );
    }
    const action = { ...before, command };
    const { action: shown, masked } = await maskTask(deps.finder, run.task, action);
    // What is kept apart from the log could not change together with it.
    if (masked || run.masked === true) {
      throw new DispatchError('refused', 'something in the command is secret, so it cannot be changed in place', {
        hint: 'reject it, and submit the one that you mean',
      });
    }
    const result: CheckResult = await checkAction(deps, run, action, false);
    if (!result.ok) throw refusedEdit(result.fail);
    const illustrated = await illustrate(deps, run, result.checked);
    const ask = askFor(deps, { ...run, action: shown }, result.checked, illustrated.shown);
    const change: RunCommand = { type: 'edit', approval: asked.id, digest, next: ask.approval, action: shown };
    const guard = (): void => requireGrant(by.device);
    const { run: after, approval } = await journal.apply(run.id, [change, ask], { by, sync: true, guard });
    if (approval === undefined) throw new Error(`run ${run.id} lost its approval`);
    return { approval, run: after };
  };

  return {
    async decide(id, given) {
      const { asked } = await request(id);
      const answer = completeAnswer(asked, given);
      await requireProposed(asked, answer);
      const by: Actor = { kind: 'human', device: deps.identity.device };
      return apply(asked, answer, by, signAnswer(deps, asked, answer));
    },
    async take(caller, id, given, signature) {
      const { asked } = await request(id);
      const answer = completeAnswer(asked, given);
      if (!isSignedBy(deps, caller, asked, answer, signature)) {
        throw new DispatchError('refused', 'the answer does not carry the signature of the device that sent it', {
          hint: 'answer it again, or pair the two devices anew',
        });
      }
      await requireProposed(asked, answer);
      return apply(asked, answer, { kind: 'human', device: caller }, signature);
    },
    edit,
    propose,
  };
}

function secretsGone({ number }: Run): DispatchError {
  return new DispatchError('conflict', `run ${number} is over, and what it was to run is not kept`, {
    hint: `see it with "dispatch show ${number}"`,
  });
}

function refusedEdit(fail: RunCommand): DispatchError {
  const message = fail.type === 'fail' ? fail.data.message : 'the run is not to go on';
  return new DispatchError('refused', `the edited command cannot run: ${message}`, {
    hint: 'the request that was shown still waits',
  });
}
