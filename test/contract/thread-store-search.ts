// The part of the contract that is about search.
import { describe, expect, test } from 'vitest';
import type { ThreadStore } from '../../src/engine/ports.ts';
import {
  ACCEPT,
  answer,
  ask,
  COMPLETE,
  carryOut,
  FAIL,
  id,
  leave,
  runId,
  START,
  say,
  submit,
  terms,
} from './thread-store-events.ts';

/** Describes search over the store that is open at the time; it must be empty when a test begins. */
export function describeSearch(store: () => ThreadStore): void {
  describe('search', () => {
    const found = async (query: string, limit = 50): Promise<string[]> =>
      (await store().search({ terms: terms(query), limit })).items.map((entry) => {
        if (entry.kind === 'message') return entry.message.text;
        return entry.kind === 'run' ? entry.run.task : entry.kind === 'artifact' ? entry.artifact.name : entry.kind;
      });

    test('every word must be there, the last may be the beginning of one', async () => {
      await carryOut(
        store(),
        runId(1),
        submit(1, '!npm test login'),
        ACCEPT,
        ask(id(50)),
        answer(id(50), 'approve'),
        START,
      );
      await carryOut(store(), runId(1), leave(id(70), 'reports/login-2026.pdf'), COMPLETE);
      await store().append([say(id(60), 'The LOGIN tests, please'), say(id(61), 'something else')], { sync: false });
      expect(await found('login')).toEqual(['The LOGIN tests, please', 'reports/login-2026.pdf', '!npm test login']);
      expect(await found('login test')).toEqual(['The LOGIN tests, please', '!npm test login']);
      expect(await found('test login')).toEqual(['!npm test login']);
      expect(await found('lo')).toHaveLength(3);
      expect(await found('else some')).toEqual(['something else']);
      expect(await found('some else')).toEqual([]);
      expect(await found('absent')).toEqual([]);
      expect(await found('')).toEqual([]);
      expect(await found(' .,/ ')).toEqual([]);
    });

    test('words of every script, in whichever form they are written', async () => {
      const texts = ['Grüße aus Köln', 'ﬁle １２３', '日本語のテスト', 'naïve cafe\u0301', 'имя файла'];
      await store().append(
        texts.map((text, n) => say(id(n), text)),
        { sync: false },
      );
      expect(await found('KÖLN')).toEqual([texts[0]]);
      expect(await found('file 123')).toEqual([texts[1]]);
      expect(await found('テスト')).toEqual([texts[2]]);
      expect(await found('本')).toEqual([texts[2]]);
      expect(await found('café')).toEqual([texts[3]]);
      expect(await found('файл')).toEqual([texts[4]]);
    });

    test('pages newest first without a gap or a repeat, for rare, common and wide words', async () => {
      const count = 2500;
      const texts = Array.from({ length: count }, (_, n) => `common ${n % 2 === 0 ? 'even' : 'odd'} unique${n}`);
      await store().append(
        texts.map((text, n) => say(id(n), text)),
        { sync: false },
      );
      const pages = async (query: string): Promise<string[]> => {
        const all: string[] = [];
        let before: string | undefined;
        for (let more = true; more; ) {
          const page = await store().search({
            terms: terms(query),
            limit: 400,
            ...(before === undefined ? {} : { before }),
          });
          all.push(...page.items.map((entry) => (entry.kind === 'message' ? entry.message.text : '')));
          before = page.next;
          more = page.more;
        }
        return all;
      };
      const newestFirst = texts.toReversed();
      expect(await pages('common')).toEqual(newestFirst);
      expect(await pages('comm')).toEqual(newestFirst);
      expect(await pages('unique')).toEqual(newestFirst);
      expect(await pages('even uniq')).toEqual(newestFirst.filter((text) => text.includes('even')));
      expect(await pages('odd common unique1')).toEqual(newestFirst.filter((text) => /odd unique1/.test(text)));
      expect(await pages('odd even')).toEqual([]);
      expect(await pages('unique2499')).toEqual([texts[2499]]);
    });

    test('by what an entry is, also without a word; a run is found by what it is now', async () => {
      await carryOut(store(), runId(1), submit(1, '!npm test'), ACCEPT, ask(id(50)));
      await carryOut(store(), runId(2), submit(2, '!npm build'), ACCEPT, START, leave(id(70), 'npm.log'), COMPLETE);
      await store().append([say(id(60), 'npm again')], { sync: false });
      expect(await found('is:waiting')).toEqual(['!npm test']);
      expect(await found('is:done npm')).toEqual(['!npm build']);
      expect(await found('is:failed')).toEqual([]);
      expect(await found('is:run')).toEqual(['!npm build', '!npm test']);
      expect(await found('is:message is:artifact')).toEqual(['npm again', 'npm.log']);
      expect(await found('by:me')).toEqual(['npm again', '!npm build', '!npm test']);
      expect(await found('by:agent')).toEqual([]);
      expect(await found('#desktop-local buil')).toEqual(['!npm build']);
      expect(await found('@test #inline')).toEqual([]);
      await carryOut(store(), runId(1), answer(id(50), 'approve'), START, FAIL);
      expect(await found('is:waiting')).toEqual([]);
      expect(await found('is:failed')).toEqual(['!npm test']);
    });

    test('by what came of a run', async () => {
      await carryOut(store(), runId(1), submit(1, '!make'), ACCEPT, START, FAIL);
      await carryOut(store(), runId(2), submit(2, '!sum'), ACCEPT, START, {
        ...COMPLETE,
        data: { ...COMPLETE.data, result: 'fortytwo' },
      });
      expect(await found('enoent')).toEqual(['!make']);
      expect(await found('make enoe')).toEqual(['!make']);
      expect(await found('forty')).toEqual(['!sum']);
    });

    test('by its id, or the beginning of one', async () => {
      await carryOut(store(), runId(77), submit(1, '!true'), ACCEPT);
      await store().append([say(id(60), 'said')], { sync: false });
      expect(await found(id(77))).toEqual(['!true']);
      expect(await found(id(60))).toEqual(['said']);
      expect(await found('00000000000000')).toHaveLength(2);
      expect(await found(`is:message ${id(77)}`)).toEqual([]);
    });

    test('from a place on, oldest first, and only of a time', async () => {
      const changes = await store().append(
        Array.from({ length: 20 }, (_, n) => say(id(n), `said ${n}`)),
        { sync: false },
      );
      const middle = changes[9]?.entry.key as string;
      const texts = ({ items }: Awaited<ReturnType<ThreadStore['search']>>): string[] =>
        items.map((entry) => (entry.kind === 'message' ? entry.message.text : ''));
      const after = await store().search({ terms: terms('said'), after: middle, limit: 3 });
      expect(texts(after)).toEqual(['said 10', 'said 11', 'said 12']);
      expect(after).toMatchObject({ more: true, next: changes[12]?.entry.key });
      const rest = await store().search({ terms: terms('is:message'), after: after.next as string, limit: 30 });
      expect(texts(rest)).toHaveLength(7);
      expect(rest.more).toBe(false);
      expect(texts(await store().search({ terms: terms('sai'), before: middle, limit: 2 }))).toEqual([
        'said 8',
        'said 7',
      ]);
      expect(await found('since:1971-01-01', 5)).toHaveLength(5);
      expect(await found('before:1971-01-01')).toEqual([]);
    });

    test('what two common words have hardly in common is looked for in pieces, and found', async () => {
      const texts = Array.from({ length: 9001 }, (_, n) => (n === 0 ? 'even odd' : n % 2 === 0 ? 'even' : 'odd'));
      await store().append(
        texts.map((text, n) => say(id(n), text)),
        { sync: false },
      );
      const first = await store().search({ terms: terms('even odd'), limit: 10 });
      expect(first).toMatchObject({ items: [], more: true });
      let page = first;
      let requests = 1;
      for (; page.more && page.items.length === 0; requests += 1) {
        page = await store().search({ terms: terms('even odd'), limit: 10, before: page.next as string });
      }
      expect(page.items).toHaveLength(1);
      expect(requests).toBeLessThan(10);
    });
  });
}
