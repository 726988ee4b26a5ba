import { expect, it } from 'vitest';
import { findLanguage } from '../../../src/core/connectors.ts';

it.each([
  ['python', { Python: 1 }, { name: 'Python', value: 1 }],
  ['PYTHON', { python: 1 }, { name: 'python', value: 1 }],
  ['R', { r: 1, R: 2 }, { name: 'R', value: 2 }],
  ['c', { 'c++': 1 }, undefined],
  ['constructor', {}, undefined],
])('%s', (called, languages, found) => {
  expect(findLanguage(languages as Record<string, number>, called)).toEqual(found);
});
