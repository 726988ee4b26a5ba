/** What the person who opened the session sees of an attempt, and is asked where words are compared. */

import { DispatchError } from '../../core/errors.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { PairMessageOf } from '../../protocol/pairing/messages.ts';
import { deriveWords } from '../../protocol/pairing/transcript.ts';
import type { PairEvent, PairProposal } from '../../protocol/pairing-api.ts';
import { createComparison, wordsDiffer } from './comparison.ts';
import type { CeremonyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { chooseAlias } from './names.ts';
import type { Proposals } from './proposals.ts';
import { refused } from './refusals.ts';
import type { Attempt, Session } from './session.ts';

export interface IssuerDeps extends CeremonyDeps {
  readonly proposals: Proposals;
  readonly emit: (event: PairEvent) => void;
}

/** The other side, as far as it has proved itself. */
export interface Proved {
  readonly hello: PairMessageOf<'hello'>;
  readonly secret: Uint8Array;
  /** The transcript up to the challenge. */
  readonly challenged: Uint8Array;
  readonly clockAheadMs: number;
}

interface Question {
  readonly session: Session;
  readonly attempt: Attempt;
  readonly exchange: Exchange;
  readonly proved: Proved;
  /** How the attempt goes on after the answer. */
  readonly paired: Promise<DeviceId>;
}

/** Resolves at once with a ticket or code; where words are compared, when the person has typed the right one. */
export function ask(deps: IssuerDeps, question: Question): Promise<{ readonly name?: string }> {
  const { session, exchange, proved } = question;
  const proposal: PairProposal = {
    proposal: deps.ids.next(),
    device: { id: exchange.remote, ...proved.hello.device },
    words: deriveWords(proved.secret, proved.challenged, 'both'),
    offered: [],
    asksMutual: false,
    clockAheadMs: proved.clockAheadMs,
  };
  if (session.compare) return compare(deps, question, proposal);
  deps.emit({ type: 'proposed', proposal });
  return Promise.resolve({});
}

function compare(deps: IssuerDeps, question: Question, proposal: PairProposal): Promise<{ readonly name?: string }> {
  const { attempt, exchange, proved, paired } = question;
  const { words, askedWord, judge } = createComparison(proved.secret, proved.challenged, 'issuer');
  const answered = Promise.withResolvers<{ readonly name?: string }>();
  answered.promise.catch(() => {}); // the attempt hears of it below
  const give = (error: DispatchError): void => {
    answered.reject(error);
    attempt.fail(error);
  };
  attempt.over.addEventListener('abort', () => deps.proposals.remove(proposal.proposal), { once: true });
  deps.proposals.add(proposal.proposal, {
    check({ word, name, give: grants = [] }) {
      judge(word);
      chooseAlias(deps, exchange.remote, proved.hello.device.name, name);
      if (grants.length > 0) throw nothingAsked();
    },
    async answer({ accept, word, name }) {
      if (!accept) {
        give(refused('declined'));
        return undefined;
      }
      if (judge(word) === 'different') {
        give(wordsDiffer());
        throw wordsDiffer();
      }
      answered.resolve(name === undefined ? {} : { name });
      return paired;
    },
    drop: () => give(refused('declined')),
  });
  deps.emit({ type: 'proposed', proposal: { ...proposal, words, askedWord } });
  return answered.promise;
}

export function nothingAsked(): DispatchError {
  return new DispatchError('invalid', 'the other device asks for nothing in return', {
    hint: 'leave out what to give',
  });
}
