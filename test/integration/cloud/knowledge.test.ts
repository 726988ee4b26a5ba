// Answers from real folders: the manual of Dispatch, and documents that change while the server runs and between two starts.
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKnowledge, type Knowledge } from '../../../src/cloud/knowledge/knowledge.ts';
import { createLibrary, type Library } from '../../../src/cloud/knowledge/library.ts';
import { manualFolder } from '../../../src/cloud/manual-folder.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { newFolder } from '../../helpers/cloud.ts';
import { MANUAL_QUESTIONS } from './manual-questions.ts';

const { signal } = new AbortController();
let state: string;
let docs: string;
let nothing: string;
beforeEach(() => {
  [state, docs, nothing] = [newFolder('state'), newFolder('docs'), newFolder('nothing')];
});
afterEach(() => {
  for (const folder of [state, docs, nothing]) rmSync(folder, { recursive: true, force: true });
});

function put(name: string, text: string | Uint8Array): void {
  mkdirSync(join(docs, name, '..'), { recursive: true });
  writeFileSync(join(docs, name), text);
}

async function ask(knowledge: Knowledge, question: string, more: object = {}) {
  const parts = await knowledge.answer({ question, ...more }, signal);
  return {
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    citations: parts.filter((part) => part.type === 'citation'),
  };
}

describe('the manual', () => {
  const manual = { stateDir: newFolder('manual'), folders: [], manualDir: manualFolder() };
  const knowledge = createKnowledge(manual);

  test.each(MANUAL_QUESTIONS)('$question', async ({ question, documents, says }) => {
    const { text, citations } = await ask(knowledge, question);
    const cited = citations.map(({ title }) => title);
    expect(cited.filter((title) => documents.some((name) => title.startsWith(`dispatch/${name}`)))).not.toEqual([]);
    if (says !== undefined) expect(text).toMatch(says);
    expect(citations.length).toBeLessThanOrEqual(4);
    expect(text).toContain('extracts from your documents, no model');
    expect(text).toContain('docs/CONNECTORS.md');
  });

  test('a citation leads to the lines that are quoted', async () => {
    const { text, citations } = await ask(knowledge, 'how do I pair a device');
    const [{ url, line = 0, endLine = 0, title } = { title: '' }] = citations;
    const quoted = readFileSync(new URL(url ?? ''), 'utf8')
      .split('\n')
      .slice(line - 1, endLine);
    expect(quoted.join('\n')).toContain('dispatch pair');
    for (const each of quoted.filter((one) => one !== '')) expect(text).toContain(`> ${each}`);
    expect(text).toContain(`[1] `);
    expect(text).toContain(`${title.split(':')[0]}:${line}`);
  });

  test.each(['what is the capital of France?', 'how do I bake bread', 'weather tomorrow', '?', 'the', 'what is 2+2'])(
    'knows nothing of "%s", and says so',
    async (question) => {
      const { text, citations } = await ask(knowledge, question);
      expect(citations).toEqual([]);
      expect(text).toContain('Nothing found');
    },
  );

  test('a question that leans on the one before', async () => {
    const messages = [
      { role: 'user', text: 'how do I take a screenshot of the desktop?' },
      { role: 'assistant', text: 'An answer about metrics for Prometheus.' },
    ];
    const { citations } = await ask(knowledge, 'does it work on Wayland?', { messages });
    expect(citations[0]?.title).toContain('docs/DESKTOP.md');
    const again = await ask(knowledge, 'and how do I turn it off?', { messages });
    expect(again.citations.map(({ title }) => title).join()).toContain('docs/DESKTOP.md');
  });
});

describe('folders', () => {
  const create = (): Knowledge => createKnowledge({ stateDir: state, folders: [docs], manualDir: nothing });

  test('Markdown, reStructuredText, Org and text, at their headings and with their lines', async () => {
    put('a.md', '# Garden\n\nWelcome.\n\n## Tomatoes\n\nWater the tomatoes daily.\n\n```sh\nwater --now\n```\n');
    put('b.rst', 'Kitchen\n=======\n\nIntro.\n\nBread\n-----\n\nKnead the dough for ten minutes.\n');
    put('c.org', '* House\nText.\n** Boiler\nBleed the radiators in autumn.\n');
    put('d.txt', 'The wifi password hangs on the fridge.\n');
    put('deep/er/e.md', '# Bicycle\n\nPump the tyres to five bar.\n');
    const knowledge = create();
    const expected: readonly (readonly [string, string, number, string])[] = [
      ['when do I water tomatoes', 'a.md', 7, 'water --now'],
      ['how long to knead dough', 'b.rst', 9, 'Knead the dough'],
      ['bleeding a radiator', 'c.org', 4, 'Bleed'],
      ['where is the wifi password?', 'd.txt', 1, 'fridge'],
      ['tyres of the bicycle', 'deep/er/e.md', 3, 'five bar'],
    ];
    for (const [question, title, line, says] of expected) {
      const { text, citations } = await ask(knowledge, question);
      expect(citations[0]?.title).toMatch(new RegExp(`/${title}$`));
      expect(citations[0]?.line).toBe(line);
      expect(text).toContain(says);
    }
    await knowledge.close();
  });

  test('names of files and folders count, and so do typing errors', async () => {
    put('recipes/pancakes.txt', 'Flour, eggs, milk.\n');
    put('other.txt', 'Something else.\n');
    const knowledge = create();
    for (const question of ['pancake recipe', 'pancakse', 'panckaes'])
      expect((await ask(knowledge, question)).citations[0]?.title).toContain('pancakes.txt');
    await knowledge.close();
  });

  test('hidden files, packages, binaries, large files and links are left alone', async () => {
    const outside = newFolder('outside');
    writeFileSync(join(outside, 'secret.md'), 'the zebra is outside');
    put('.hidden.md', 'the zebra is hidden');
    put('.git/x.md', 'the zebra is in git');
    put('node_modules/x/readme.md', 'the zebra is a package');
    put('binary.txt', Buffer.from('the zebra\0is binary'));
    put('large.txt', `the zebra is large ${'x '.repeat(1_100_000)}`);
    put('program.ts', '// the zebra is a program');
    symlinkSync(join(outside, 'secret.md'), join(docs, 'link.md'));
    symlinkSync(outside, join(docs, 'folder'));
    put('plain.md', 'no animals');
    const knowledge = create();
    expect((await ask(knowledge, 'zebra')).citations).toEqual([]);
    expect((await knowledge.status()).documents).toBe(2); // the binary one is known, as nothing
    await knowledge.close();
    rmSync(outside, { recursive: true });
  });

  test('texts that come along are searched for this question only', async () => {
    const knowledge = create();
    const attachments = [
      { name: 'minutes.md', text: '# Budget\n\nThe budget for llamas is 400.\n' },
      { name: 'photo.png' },
    ];
    const { text, citations } = await ask(knowledge, 'budget for llamas', { attachments });
    expect(citations).toEqual([{ type: 'citation', title: 'minutes.md', line: 3, endLine: 4 }]);
    expect(text).toContain('400');
    expect(text).toContain('Not looked at, as there is no text in it: photo.png.');
    expect((await ask(knowledge, 'budget for llamas')).citations).toEqual([]);
    await knowledge.close();
  });

  test('long texts that come along leave room for others, and what is not looked at of them is told', async () => {
    const knowledge = create();
    await ask(knowledge, 'nothing');
    const line = (at: number): string => `word${at} other${at % 977} llama${at % 131} budget${at % 7}`;
    const text = Array.from({ length: 250_000 }, (_, at) => line(at)).join('\n');
    let longest = 0;
    let before = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    const answered = await ask(knowledge, 'budget3 llama7', { attachments: [{ name: 'long_one.txt', text }] });
    clearInterval(timer);
    expect(answered.text).toContain('Looked at only in part, as it is long: long\\_one.txt.');
    expect(longest).toBeLessThan(1500);
    await knowledge.close();
  });

  test('what it says to connect a model is a config that loads', async () => {
    const knowledge = create();
    const { text } = await ask(knowledge, 'xylophone');
    const toml = /```toml\n([^`]*)```/.exec(text)?.[1] ?? '';
    const { connectors } = parseConfig(toml, 'config.toml');
    expect(Object.values(connectors)).toEqual([expect.objectContaining({ preset: 'ollama' })]);
    await knowledge.close();
  });

  test('a folder that is not there is told of, and no reason to know nothing', async () => {
    put('a.md', 'the zebra');
    const knowledge = createKnowledge({ stateDir: state, folders: [join(docs, 'nowhere'), docs], manualDir: nothing });
    expect((await ask(knowledge, 'zebra')).citations).toHaveLength(1);
    const { folders } = await knowledge.status();
    expect(folders.find(({ path }) => path.endsWith('nowhere'))?.trouble).toContain('cannot be read');
    await knowledge.close();
  });
});

describe('the index', () => {
  const create = (): Library => createLibrary({ stateDir: state, folders: [docs], manualDir: nothing });
  const kept = (): string => join(state, readdirSync(state).find((name) => name.startsWith('knowledge-')) ?? '');
  const changes = async (library: Library): Promise<readonly [read: number, removed: number]> => {
    await library.refresh(0);
    const { read, removed } = library.status().refreshed;
    return [read, removed];
  };
  const titles = (library: Library, word: string): readonly (string | undefined)[] =>
    library.index.search(word).map(({ id }) => library.place(id)?.path);

  beforeEach(() => {
    for (let count = 0; count < 20; count += 1) put(`n${count}.md`, `# Note ${count}\n\nAbout animal${count}x.\n`);
  });

  test('reads what is new or changed, forgets what is gone, and nothing else', async () => {
    const library = create();
    expect(await changes(library)).toEqual([20, 0]);
    expect(await changes(library)).toEqual([0, 0]);
    put('new.md', 'the zebra');
    expect(await changes(library)).toEqual([1, 0]);
    expect(titles(library, 'zebra')).toEqual([join(docs, 'new.md')]);
    appendFileSync(join(docs, 'n3.md'), 'and the walrus\n');
    expect(await changes(library)).toEqual([1, 0]);
    expect(titles(library, 'walrus')).toEqual([join(docs, 'n3.md')]);
    rmSync(join(docs, 'n4.md'));
    expect(await changes(library)).toEqual([0, 1]);
    expect(titles(library, 'animal4x')).toEqual([]);
    renameSync(join(docs, 'n5.md'), join(docs, 'm5.md'));
    expect(await changes(library)).toEqual([1, 1]);
    expect(titles(library, 'animal5x')).toEqual([join(docs, 'm5.md')]);
    const { size } = statSync(join(docs, 'n6.md'));
    writeFileSync(join(docs, 'part'), '# Note 6\n\nAbout animal6y.\n');
    renameSync(join(docs, 'part'), join(docs, 'n6.md')); // as long, and another file
    expect(statSync(join(docs, 'n6.md')).size).toBe(size);
    expect(await changes(library)).toEqual([1, 0]);
    await library.close();
  });

  test('is kept, private, and read again at the next start', async () => {
    const first = create();
    await first.refresh(0);
    await first.close();
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    expect(readdirSync(state).filter((name) => name.endsWith('.part'))).toEqual([]);
    put('new.md', 'the zebra');
    rmSync(join(docs, 'n1.md'));
    const second = create();
    expect(await changes(second)).toEqual([1, 1]);
    expect(titles(second, 'zebra')).toHaveLength(1);
    expect(titles(second, 'animal1x')).toEqual([]);
    expect(titles(second, 'animal2x')).toEqual([join(docs, 'n2.md')]);
    await second.close();
  });

  test.each<readonly [string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['something else', () => '{"version":1}\n{}'],
    ['changed in one place', (text) => text.replace('animal7x', 'animal8x')],
    ['of another version', (text) => text.replace('"version":1', '"version":999')],
  ])('that is %s is made anew', async (_, damage) => {
    const first = create();
    await first.refresh(0);
    await first.close();
    writeFileSync(kept(), damage(readFileSync(kept(), 'utf8')));
    const second = create();
    expect(await changes(second)).toEqual([20, 0]);
    expect(titles(second, 'animal7x')).toEqual([join(docs, 'n7.md')]);
    await second.close();
    const third = create();
    expect(await changes(third)).toEqual([0, 0]);
    await third.close();
  });

  test('a state folder that cannot be written costs nothing but time', async () => {
    rmSync(state, { recursive: true });
    writeFileSync(state, 'a file');
    chmodSync(state, 0o400);
    const library = create();
    expect(await changes(library)).toEqual([20, 0]);
    await library.close();
  });
});
