// What the embedded server does with 5,000 documents: reads them all, finds out that nothing or a little changed, and answers.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKnowledge } from '../../../src/cloud/knowledge/knowledge.ts';
import { createLibrary, type Library } from '../../../src/cloud/knowledge/library.ts';
import { atMost, type Benchmark, type Measure } from '../harness/benchmark.ts';
import { type Summary, summarise } from '../harness/statistics.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const DOCUMENTS = 5000;
const SECTIONS = 4;
const WORDS_OF_SECTION = 80;
const CHANGED = 10;
const BUILDS = 3;
const ROUNDS = 20;
const QUERIES = [
  'how do I rotate the keys of a server',
  'where are backups kept and for how long',
  'anwser about certficates',
  'restart the database after an update',
  'mount a disk that is encrypted',
];
const LIMITS = { query: 50 };

export const embeddedKnowledge: Benchmark = {
  name: 'embedded-knowledge',
  async run(context) {
    const folder = makeTemporaryFolder('knowledge');
    const places = {
      docs: join(folder.path, 'docs'),
      state: join(folder.path, 'state'),
      none: join(folder.path, 'none'),
    };
    for (const path of Object.values(places)) mkdirSync(path);
    try {
      writeDocuments(places.docs);
      const options = { stateDir: places.state, folders: [places.docs], manualDir: places.none };
      const refreshed = async (library: Library): Promise<number> => {
        const startedAt = performance.now();
        await library.refresh(0);
        return performance.now() - startedAt;
      };
      const built: number[] = [];
      for (let round = 0; round < BUILDS; round += 1) {
        rmSync(places.state, { recursive: true });
        mkdirSync(places.state);
        const library = createLibrary(options);
        built.push(await refreshed(library));
        await library.close();
      }
      const started: number[] = [];
      for (let round = 0; round < BUILDS; round += 1) {
        const library = createLibrary(options);
        started.push(await refreshed(library));
        await library.close();
      }
      const library = createLibrary(options);
      await library.refresh(0);
      const { warmUp, counted } = context.rounds(ROUNDS);
      const [unchanged, changed]: [number[], number[]] = [[], []];
      for (let round = 0; round < warmUp + counted; round += 1) {
        const nothing = await refreshed(library);
        for (let at = 0; at < CHANGED; at += 1) appendFileSync(nameOf(places.docs, at), '\none more line\n');
        const little = await refreshed(library);
        if (round >= warmUp) {
          unchanged.push(nothing);
          changed.push(little);
        }
      }
      await library.close();
      return [
        measure(`${DOCUMENTS} documents, read and indexed`, summarise(built)),
        measure('  found on disk at the next start', summarise(started)),
        measure('  looked through, nothing changed', summarise(unchanged)),
        measure(`  looked through, ${CHANGED} changed`, summarise(changed)),
        await queries(options, counted),
      ];
    } finally {
      folder.remove();
    }
  },
};

async function queries(options: Parameters<typeof createKnowledge>[0], counted: number): Promise<Measure> {
  const knowledge = createKnowledge(options);
  const times: number[] = [];
  const { signal } = new AbortController();
  await knowledge.answer({ question: 'warm' }, signal);
  for (let round = 0; round < counted; round += 1) {
    await knowledge.status(); // as fresh as it has to be: that is measured above
    for (const question of QUERIES) {
      const startedAt = performance.now();
      await knowledge.answer({ question }, signal);
      times.push(performance.now() - startedAt);
    }
  }
  await knowledge.close();
  const ours = summarise(times);
  return {
    ...measure('  a question, warm', ours),
    tail: true,
    target: atMost(ours.median, LIMITS.query, `≤ ${LIMITS.query} ms`),
  };
}

const measure = (name: string, ours: Summary): Measure => ({ name, unit: 'ms', ours });

const nameOf = (docs: string, at: number): string => join(docs, `part-${at % 50}`, `document-${at}.md`);

/** The same on every machine, with words about as common as in real texts. */
function writeDocuments(docs: string): void {
  let state = 1;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const syllables = 'ba ce di fo gu ha ji ko lu me na pi qua ro su te va wi xo ze str pl gr'.split(' ');
  const made = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables)).join(''),
  );
  const asked = [...new Set(QUERIES.join(' ').split(' '))];
  const word = (): string => (random() < 0.1 ? pick(asked) : (made[Math.floor(random() ** 3 * made.length)] ?? ''));
  const text = (): string => Array.from({ length: WORDS_OF_SECTION }, word).join(' ');
  for (let at = 0; at < 50; at += 1) mkdirSync(join(docs, `part-${at}`));
  for (let at = 0; at < DOCUMENTS; at += 1) {
    const sections = Array.from({ length: SECTIONS }, () => `## ${word()} ${word()}\n\n${text()}\n`);
    writeFileSync(nameOf(docs, at), `# Document ${at}\n\n${sections.join('\n')}`);
  }
}
