/** Two screens that show four words each, and the one word of the other screen that a person has to type here. */

import { randomInt } from 'node:crypto';
import { DispatchError } from '../../core/errors.ts';
import { deriveWords, type PairRole } from '../../protocol/pairing/transcript.ts';
import { WORDS } from '../../protocol/pairing/word-list.ts';

export interface Comparison {
  /** To be shown here. */
  readonly words: string[];
  /** Which word of the other screen is asked for, from 1. */
  readonly askedWord: number;
  /**
   * 'same' or 'different'. Throws `invalid` for what is no answer at all, such as a word of this screen: that says nothing of the
   * other one, so it may be tried again.
   */
  judge(typed: string | undefined): 'same' | 'different';
}

export function createComparison(nonce: Uint8Array, challenged: Uint8Array, own: PairRole): Comparison {
  const words = deriveWords(nonce, challenged, own);
  const others = deriveWords(nonce, challenged, own === 'issuer' ? 'joiner' : 'issuer');
  const askedWord = randomInt(1, others.length + 1);
  return {
    words,
    askedWord,
    judge(typed) {
      const word = (typed ?? '').trim().toLowerCase();
      if (word === others[askedWord - 1]) return 'same';
      const question = `type word ${askedWord} of the four that the other screen shows`;
      if (word === '') throw new DispatchError('invalid', 'no word was typed', { hint: question });
      if (!WORDS.includes(word)) throw new DispatchError('invalid', 'that is none of the words', { hint: question });
      if (others.includes(word))
        throw new DispatchError('invalid', 'that is another word of the four', { hint: question });
      if (words.includes(word)) throw new DispatchError('invalid', 'that word is on this screen', { hint: question });
      return 'different';
    },
  };
}

export function wordsDiffer(): DispatchError {
  return new DispatchError('refused', 'the words differ, so nothing was paired: somebody may be in between', {
    hint: 'begin anew; if it happens again, pair with a ticket, which nobody in between can use',
    details: { refusal: 'declined' },
  });
}
