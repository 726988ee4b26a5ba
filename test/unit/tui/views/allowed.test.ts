// The dialogs of the answers that reach further, and the pages about what is allowed, as people see them.

import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/tui/model/model.ts';
import { text } from './example.ts';
import { scenes } from './scenes.ts';

const LARGE = { width: 120, height: 40 };
const USUAL = { width: 80, height: 24 };
const SMALL = { width: 40, height: 12 };
const at = (size: typeof USUAL, name: string): string => text(scenes(size)[name] as Model);

describe.each([
  'fullApproval',
  'editedApproval',
  'forRun',
  'always',
  'alike',
  'edit',
  'limits',
  'access',
  'widen',
  'narrow',
  'askedAgain',
  'policy',
  'check',
  'audit',
])('%s', (name) => {
  it.each([LARGE, USUAL, SMALL])('in $width×$height', (size) => {
    expect(at(size, name)).toMatchSnapshot();
  });
});
