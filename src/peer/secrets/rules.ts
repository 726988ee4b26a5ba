/**
 * The rules of secretlint that know tokens by their form, called directly: each looks at the text at once and tells what it found.
 * What the domain masks more narrowly by itself, and comments in a text that would switch rules off, are left out.
 */

import type { SecretLintRuleContext, SecretLintRuleCreator, SecretLintSourceCode } from '@secretlint/types';
import { type TextRange, valueRanges, wholeToken } from '../../core/secrets.ts';

/** Finds secrets in a text. May throw: the rules are not ours. */
export type FindSecrets = (text: string) => TextRange[];

/** By the end of their ids. */
const LEFT_OUT = new Set([
  'filter-comments', // a text must not say what of it is looked at
  'gcp', // looks at files
  'basicauth', // these two would hide the host along with the password
  'database-connection-string',
  'privatekey', // a key without its end is one as well
]);
/** What rules say of a finding, if it is the secret itself and not a word about it. */
const SHORTEST_TOLD = 8;

/** Loads the rules: some milliseconds, once. */
export async function loadRules(): Promise<FindSecrets> {
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend');
  return createFind(rules.filter(({ meta }) => !LEFT_OUT.has(meta.id.replace(/^.*secretlint-rule-/, ''))));
}

export function createFind(rules: readonly SecretLintRuleCreator[]): FindSecrets {
  let text = '';
  let found: TextRange[] = [];
  const context: SecretLintRuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId, data) => ({ message: String(messageId), messageId: String(messageId), data }),
    report({ range, message }) {
      found.push(wholeToken(text, range));
      const told: unknown[] = Object.values((message.data as object | undefined) ?? {});
      const secrets = told.filter((value) => typeof value === 'string').filter(isToken);
      // Not every rule gives the range of what it tells.
      for (const at of valueRanges(text, secrets)) found.push(wholeToken(text, at));
    },
    ignore() {},
  };
  const handlers = rules.map((rule) => rule.create(context, {}));
  return (content) => {
    text = content;
    found = [];
    for (const { file } of handlers) {
      const pending = file?.(sourceOf(content));
      if (pending instanceof Promise) {
        pending.catch(() => {});
        throw new Error('a rule did not answer at once');
      }
    }
    return found;
  };
}

function isToken(value: string): boolean {
  return value.length >= SHORTEST_TOLD && !/[\s"'`;&|<>()$]/.test(value);
}

/** A text that is no file. */
function sourceOf(content: string): SecretLintSourceCode {
  const noPlaces = (): never => {
    throw new Error('a text has no places');
  };
  return {
    hasBOM: false,
    content,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: noPlaces,
    rangeToLocation: noPlaces,
    positionToIndex: noPlaces,
    indexToPosition: noPlaces,
  };
}
