/**
 * Masks secrets in texts that are about to be stored or shown: by the patterns of the domain, by the rules of secretlint, and by the
 * values that this device keeps for runs. What it cannot look at it masks whole.
 */

import { MASK, maskFound, secretRanges, type TextRange, valueRanges } from '../../core/secrets.ts';
import type { SecretFinder } from '../../engine/ports.ts';
import { type FindSecrets, loadRules } from './rules.ts';

export interface LoadedSecretFinder extends SecretFinder {
  /** Loads the rules, so that the first task need not wait for them. Never rejects. */
  preload(): Promise<void>;
}

export interface FinderOptions {
  /** Values that are secret wherever they stand. What it cannot read it leaves out. */
  readonly known?: () => Promise<readonly string[]>;
  readonly onFault?: (what: string, error: unknown) => void;
  readonly load?: () => Promise<FindSecrets>;
}

/** In UTF-16 units: several times what a task may hold, and some 0.2 s of work. */
export const LONGEST_TEXT = 4 * 2 ** 20;

const WARM_ROUNDS = 3;
const WARM_TEXT = `echo "TOKEN=1" && cat /etc/hostname figd_${'a1'.repeat(20)}`;

export function createSecretFinder({ known, onFault, load = loadRules }: FinderOptions = {}): LoadedSecretFinder {
  let loading: Promise<FindSecrets> | undefined;
  let loaded: FindSecrets | undefined;
  const rules = async (): Promise<FindSecrets> => {
    loading ??= load();
    try {
      loaded = await loading;
      return loaded;
    } catch (error) {
      loading = undefined; // it may work the next time
      throw error;
    }
  };

  return {
    async mask(text) {
      if (text.length > LONGEST_TEXT) return maskedWhole('it is too long to be examined');
      if (isOldMask(text)) return text;
      try {
        const find = loaded ?? (await rules());
        const values = (await known?.()) ?? [];
        return maskFound(text, (found) => rangesOf(found, find, values));
      } catch (error) {
        onFault?.('looking for secrets in a text', error);
        return maskedWhole('it could not be examined');
      }
    },
    async preload() {
      try {
        const find = await rules();
        // Expressions are compiled when they are first used, which takes longer than using them.
        for (let round = 0; round < WARM_ROUNDS; round += 1) maskFound(WARM_TEXT, (text) => rangesOf(text, find, []));
      } catch (error) {
        onFault?.('loading the rules that find secrets', error);
      }
    },
  };
}

function rangesOf(text: string, find: FindSecrets, values: readonly string[]): TextRange[] {
  return [...secretRanges(text), ...find(text), ...valueRanges(text, values)];
}

function maskedWhole(why: string): string {
  return `${MASK} (all of it is masked: ${why})`;
}

function isOldMask(text: string): boolean {
  return text.startsWith(`${MASK} (all of it is masked: `) && text.endsWith(')') && text.length < 100;
}
