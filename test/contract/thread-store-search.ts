// The part of the contract that is about search.
import { describe, expect, test } from 'vitest';
import type { ThreadStore } from '../../src/engine/ports.ts';
import {
  ACCEPT,
  answer,
  ask,
  COMPLETE,
  carryOut,
  id,
  leave,
  runId,
  START,
  say,
  submit,
} from './thread-store-events.ts';

/** Describes search over the store that is open at the time; it must be empty when a test begins. */
export function describeSearch(store: () => ThreadStore): void {
  describe('search', () => {
    const found = async (query: string, limit = 50): Promise<string[]> =>
      (await store().search({ query, limit })).items.map((entry) => {
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
          const page = await store().search({ query, limit: 400, ...(before === undefined ? {} : { before }) });
          all.push(...page.items.map((entry) => (entry.kind === 'message' ? entry.message.text : '')));
          before = page.items.at(-1)?.key;
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
  });
}
