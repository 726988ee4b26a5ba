// What is looked for on the machine, and what is said where it is missing.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeMissing, missingPackages } from '../../../scripts/lib/packages.ts';

const WANTED = [
  { tool: 'tmux', package: 'tmux', why: 'windows' },
  { tool: 'vi', package: 'vim-tiny', why: 'editing' },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-packages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, mode: number): string {
  const file = join(folder, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

test('a command is there if PATH has it', () => {
  put('tmux', 0o755);
  const missing = missingPackages(WANTED, `/not/there:${folder}`);
  expect(missing.map((item) => item.tool)).toEqual(['vi']);
});

test('an empty PATH has nothing', () => {
  expect(missingPackages(WANTED, '')).toEqual(WANTED);
});

test('a file is there if it exists', () => {
  const font = put('font.ttf', 0o644);
  const wanted = [
    { tool: 'a font', package: 'fonts-one', file: font, why: 'letters' },
    { tool: 'another', package: 'fonts-two', file: `${font}.no`, why: 'signs' },
  ];
  expect(missingPackages(wanted, folder).map((item) => item.package)).toEqual(['fonts-two']);
});

test('what is missing is named with what it is for and how to get it', () => {
  const text = describeMissing(WANTED);
  expect(text).toContain('SKIPPED');
  expect(text).toMatch(/^ {2}vi +editing$/m);
  expect(text).toContain('apt-get install tmux vim-tiny');
});
