// Two attended screens without a ticket: each person types one of the words that the other screen shows.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WORDS } from '../../../src/protocol/pairing/word-list.ts';
import type { PairProposal } from '../../../src/protocol/pairing-api.ts';
import { createMemoryWire, type MemoryWire } from '../../helpers/memory-channel.ts';
import { createDevice, type Device, removeFolders, trust } from '../../helpers/pairing.ts';
import { until } from '../../helpers/until.ts';

let wire: MemoryWire;
let nas: Device;
let laptop: Device;
beforeEach(async () => {
  wire = createMemoryWire();
  nas = await createDevice('nas', wire.host());
  laptop = await createDevice('laptop', wire.host());
});
afterEach(removeFolders);

interface Screens {
  readonly issuer: PairProposal;
  readonly joiner: PairProposal;
}

async function compare(): Promise<Screens> {
  await nas.ceremonies.open({ allow: ['run'], compare: true });
  const joiner = await laptop.ceremonies.join({ compare: true, at: '10.0.0.1:4747' });
  const event = await until('proposal at the issuer', () => nas.events.findLast(({ type }) => type === 'proposed'));
  if (event.type !== 'proposed') throw new Error('not reached');
  return { issuer: event.proposal, joiner };
}

/** The word of `other` that the screen asks for. */
function asked(screen: PairProposal, other: PairProposal): string {
  return other.words[(screen.askedWord ?? 0) - 1] ?? '';
}

test('both are paired when each has typed the word of the other screen', async () => {
  const { issuer, joiner } = await compare();
  expect(issuer.words).toHaveLength(4);
  expect(joiner.words).not.toEqual(issuer.words);
  const here = nas.ceremonies.confirm({ proposal: issuer.proposal, accept: true, word: asked(issuer, joiner) });
  const there = laptop.ceremonies.confirm({
    proposal: joiner.proposal,
    accept: true,
    word: ` ${asked(joiner, issuer).toUpperCase()} `,
  });
  expect(await Promise.all([here, there])).toEqual([laptop.host.id, nas.host.id]);
  expect(await trust(nas, laptop)).toEqual({ a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } });
});

test('nobody is paired while only one has', async () => {
  const { issuer, joiner } = await compare();
  const there = laptop.ceremonies.confirm({ proposal: joiner.proposal, accept: true, word: asked(joiner, issuer) });
  there.catch(() => {});
  expect(await trust(nas, laptop)).toEqual({ a: undefined, b: undefined });
  await nas.ceremonies.confirm({ proposal: issuer.proposal, accept: false });
  await expect(there).rejects.toMatchObject({ code: 'refused', message: 'the person at the other device declined' });
  expect(await trust(nas, laptop)).toEqual({ a: undefined, b: undefined });
});

test.each(['issuer', 'joiner'] as const)('a word that differs at the %s ends it, and the session', async (side) => {
  const { issuer, joiner } = await compare();
  const [device, screen, others] = side === 'issuer' ? [nas, issuer, joiner] : [laptop, joiner, issuer];
  const word = WORDS.find((one) => !screen.words.includes(one) && !others.words.includes(one)) ?? '';
  await expect(device.ceremonies.confirm({ proposal: screen.proposal, accept: true, word })).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('the words differ'),
  });
  await until('end of the session', () => nas.events.some((event) => event.type === 'closed'));
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'attempts' });
  expect(await trust(nas, laptop)).toEqual({ a: undefined, b: undefined });
});

test('what is no answer may be typed again', async () => {
  const { issuer, joiner } = await compare();
  const type = (word?: string): Promise<unknown> =>
    laptop.ceremonies.confirm({ proposal: joiner.proposal, accept: true, ...(word === undefined ? {} : { word }) });
  const another = issuer.words.find((word) => word !== asked(joiner, issuer)) ?? '';
  const own = joiner.words.find((word) => !issuer.words.includes(word)) ?? '';
  await expect(type()).rejects.toMatchObject({ code: 'invalid', message: 'no word was typed' });
  await expect(type('xyzzy')).rejects.toMatchObject({ code: 'invalid', message: 'that is none of the words' });
  await expect(type(own)).rejects.toMatchObject({ code: 'invalid', message: 'that word is on this screen' });
  await expect(type(another)).rejects.toMatchObject({ code: 'invalid', message: 'that is another word of the four' });
  const there = type(asked(joiner, issuer));
  await nas.ceremonies.confirm({ proposal: issuer.proposal, accept: true, word: asked(issuer, joiner) });
  expect(await there).toBe(nas.host.id);
});

test('the issuer names the other device, and gives nothing more than it allowed', async () => {
  const { issuer, joiner } = await compare();
  const word = asked(issuer, joiner);
  const confirm = { proposal: issuer.proposal, accept: true, word };
  await expect(nas.ceremonies.confirm({ ...confirm, give: ['approve'] })).rejects.toMatchObject({ code: 'invalid' });
  await expect(nas.ceremonies.confirm({ ...confirm, name: 'nas' })).rejects.toMatchObject({ code: 'conflict' });
  const here = nas.ceremonies.confirm({ ...confirm, name: 'desk' });
  await laptop.ceremonies.confirm({ proposal: joiner.proposal, accept: true, word: asked(joiner, issuer) });
  await here;
  expect(nas.store.get(laptop.host.id)).toMatchObject({ alias: 'desk', given: ['run'] });
});

test('a comparison that was left ends the session: another try would be another chance that the words fit', async () => {
  const { joiner } = await compare();
  await laptop.ceremonies.confirm({ proposal: joiner.proposal, accept: false });
  await until('end of the session', () => nas.events.some((event) => event.type === 'closed'));
  await expect(laptop.ceremonies.join({ compare: true, at: '10.0.0.1' })).rejects.toMatchObject({ code: 'refused' });
});

test('words are no code, and a comparison takes none', async () => {
  const { issuer, joiner } = await compare();
  for (const code of [issuer.words.join(' '), issuer.words[0] ?? '', joiner.words.join('-')]) {
    await expect(laptop.ceremonies.join({ code, at: '10.0.0.1' })).rejects.toMatchObject({
      code: 'invalid',
      message: 'that is a word to compare and not a code',
    });
  }
});

test('two comparisons never show the same words', async () => {
  const first = await compare();
  await laptop.ceremonies.confirm({ proposal: first.joiner.proposal, accept: false });
  const second = await compare();
  expect(second.issuer.words).not.toEqual(first.issuer.words);
  expect(second.joiner.words).not.toEqual(first.joiner.words);
});
