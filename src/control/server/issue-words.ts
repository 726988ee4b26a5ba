/** What is wrong with a parameter, in a sentence for people: the words of the schema library are for programmers. */

import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** `expected at least 1`, `"colour" is not known here`. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`;
    case 'unrecognized_keys':
      return `${issue.keys.map((key) => `"${key.slice(0, 64)}"`).join(', ')} is not known here`;
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(' or ')}`;
    default:
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function bound(origin: string, limit: number | bigint, how: string): string {
  if (origin === 'string') return `expected ${how} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `expected ${how} ${limit} of them`;
  return `expected ${how} ${limit}`;
}
