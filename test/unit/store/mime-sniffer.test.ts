import { describe, expect, test } from 'vitest';
import { kindOf } from '../../../src/core/artifacts.ts';
import { createMimeSniffer } from '../../../src/store/mime-sniffer.ts';

const sniffer = createMimeSniffer();
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const PNG = hex('89504e470d0a1a0a 0000000d49484452 00000001000000010802000000 907753de');
const ZIP = hex('504b0506 0000 0000 0000 0000 00000000 00000000 0000');
const COMPOUND = Buffer.concat([hex('d0cf11e0a1b11ae1'), Buffer.alloc(600)]);
const SQLITE = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(100)]);
const NOISE = hex('00 01 02 fe 80 07 93 00 5a 13 ff 00');

describe('text', () => {
  test.each([
    ['notes.txt', 'hello\n', 'text/plain'],
    ['README.md', '# Title\n', 'text/markdown'],
    ['table.csv', 'a,b\n1,2\n', 'text/csv'],
    ['data.json', '{"a": 1}', 'application/json'],
    ['data.json', 'no such host\n', 'text/plain'],
    ['events.jsonl', '{"a":1}\n{"a":2}\n', 'application/x-ndjson'],
    ['config.toml', 'a = 1\n', 'application/toml'],
    ['run.ts', 'export const x = 1;\n', 'text/typescript'],
    ['G.ts', 'G'.repeat(4000), 'text/typescript'],
    ['main.rs', 'fn main() {}\n', 'text/x-rust'],
    ['main.PY', 'print(1)\n', 'text/x-python'],
    ['page.html', '<p>hello', 'text/html'],
    ['picture.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['with.unknown-end', 'plain words', 'text/plain'],
    ['', 'plain words', 'text/plain'],
    ['photo.png', 'not found\n', 'text/plain'],
    ['photo.bmp', 'BM is how a bitmap begins, and this text\n', 'text/plain'],
    ['film.mp4', 'ID3 and other words', 'text/plain'],
    ['log.txt', '[31mred[0m and ünïcödé 你好\n', 'text/plain'],
    ['empty', '', 'text/plain'],
    ['empty.json', '', 'application/json'],
    ['empty.png', '', 'text/plain'],
  ])('%s with %j is %s by name and content', async (name, content, type) => {
    expect(await sniffer.type(name, Buffer.from(content))).toBe(type);
  });

  test.each([
    ['{"a": [1, 2]}', 'application/json'],
    ['[1, 2, 3]', 'application/json'],
    [`{"long": "${'x'.repeat(2000)}`, 'application/json'],
    ['{ this is a set of words }', 'text/plain'],
    ['[section]\na=1\n', 'text/plain'],
    ['<!doctype html><p>', 'text/html'],
    ['<?xml version="1.0"?><a/>', 'application/xml'],
    ['<?xml version="1.0"?>\n<svg width="1"/>', 'image/svg+xml'],
    ['#!/bin/bash\nls\n', 'application/x-sh'],
    ['#!/usr/bin/env python3\n', 'text/x-python'],
    ['%PDF-1.4\n', 'application/pdf'],
    ['{\\rtf1 hello}', 'application/rtf'],
  ])('%j without a name is %s', async (content, type) => {
    expect(await sniffer.type('file', Buffer.from(content))).toBe(type);
  });

  test('a character cut at the end of the first bytes is still text', async () => {
    expect(await sniffer.type('a.txt', Buffer.from('grün 你好').subarray(0, -1))).toBe('text/plain');
  });

  test.each(['utf16le', 'utf-16be'])('%s with its mark is text', async (encoding) => {
    const bytes = Buffer.from('\ufeffhello', 'utf16le');
    expect(await sniffer.type('a.csv', encoding === 'utf16le' ? bytes : bytes.swap16())).toBe('text/csv');
  });
});

describe('what is not text', () => {
  test.each([
    ['photo.png', PNG, 'image/png'],
    ['photo.txt', PNG, 'image/png'],
    ['photo', PNG, 'image/png'],
    ['log.gz', hex('1f8b0800000000000003'), 'application/gzip'],
    ['a.zip', ZIP, 'application/zip'],
    ['backup.tar.gz', hex('1f8b0800000000000003'), 'application/gzip'],
    ['base.sqlite', SQLITE, 'application/x-sqlite3'],
    ['base.txt', SQLITE, 'application/x-sqlite3'],
    ['page.html', PNG, 'image/png'],
    ['letter.docx', ZIP, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['book.epub', ZIP, 'application/epub+zip'],
    ['liar.txt', ZIP, 'application/zip'],
    ['old.doc', COMPOUND, 'application/msword'],
    ['noise', NOISE, 'application/octet-stream'],
    ['noise.txt', NOISE, 'application/octet-stream'],
    ['noise.json', NOISE, 'application/octet-stream'],
    ['noise.png', NOISE, 'application/octet-stream'],
    ['noise.ts', NOISE, 'application/octet-stream'],
  ])('%s', async (name, content, type) => {
    expect(await sniffer.type(name, content)).toBe(type);
  });
});

test('the types lead to the right kinds', async () => {
  const kind = async (name: string, content: string | Buffer): Promise<string> =>
    kindOf(await sniffer.type(name, Buffer.from(content)), name);
  expect(await kind('run.ts', 'let x;\n')).toBe('code');
  expect(await kind('data.json', '{}')).toBe('data');
  expect(await kind('table.csv', 'a,b\n')).toBe('data');
  expect(await kind('README.md', '# a')).toBe('document');
  expect(await kind('log.txt', 'a')).toBe('document');
  expect(await kind('photo', PNG)).toBe('image');
  expect(await kind('a.zip', ZIP)).toBe('archive');
  expect(await kind('noise', NOISE)).toBe('file');
  expect(await kind('drawing.svg', '<svg/>')).toBe('image');
  expect(await kind('letter.docx', ZIP)).toBe('document');
  expect(await kind('backup.tar.gz', hex('1f8b0800000000000003'))).toBe('archive');
  expect(await kind('base.sqlite', SQLITE)).toBe('data');
  expect(await kind('photo.txt', PNG)).toBe('image');
  expect(await kind('empty', '')).toBe('document');
  expect(await kind('page.html', '<p>')).toBe('code');
});
