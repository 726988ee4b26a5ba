// Two people, two dashboards, two real peers: a ticket is shown on one screen and pasted on the other, words are read and typed,
// and what goes wrong is said where it was typed.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { deviceOf, online, type PeerHome, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const peers = peerStage();
const stage = dashboards();
/** Tall enough for a ticket, its QR code and what happens. */
const SIZE = { cols: 120, rows: 44 };

async function screens(): Promise<{ homes: [PeerHome, PeerHome]; laptop: Dashboard; nas: Dashboard }> {
  const homes = (await peers.peers('laptop', 'nas')) as [PeerHome, PeerHome];
  for (const home of homes) mkdirSync(projectOf(home));
  const [laptop, nas] = (await Promise.all(homes.map((home) => stage.open(home, SIZE)))) as [Dashboard, Dashboard];
  return { homes, laptop, nas };
}

/** Opens the pairing page from the composer. */
async function pairing(dashboard: Dashboard): Promise<void> {
  await dashboard.go(4);
  dashboard.press('P');
  await dashboard.waitFor('Pair a device');
}

/** The rows of the page between two texts, without border and blanks; a QR code beside them is left out. */
function between(dashboard: Dashboard, from: string, to: string): string {
  const rows = dashboard
    .screen()
    .split('\n')
    .map((row) => row.replace(/[│┃▀▄█]/g, ' ').trim());
  const first = rows.findIndex((row) => row.startsWith(from));
  const last = rows.findIndex((row) => row.startsWith(to));
  return rows.slice(first + 1, last).join('');
}

/** Opens a session with what is chosen already, and reads its ticket off the screen. */
async function showTicket(dashboard: Dashboard): Promise<{ ticket: string; code: string }> {
  await pairing(dashboard);
  await dashboard.pressAlone('enter');
  await dashboard.waitFor('paste it on the other device');
  await dashboard.waitFor('▀');
  const ticket = between(dashboard, 'Ticket:', 'Or type').replaceAll(' ', '');
  return { ticket, code: between(dashboard, 'Or type', 'left') };
}

/** Waits for the question, and until it listens. */
async function question(dashboard: Dashboard, name: string): Promise<void> {
  await dashboard.waitFor(`Pair with ${name}?`, 30_000);
  await dashboard.waitFor(() => dashboard.line(dashboard.rows - 1).includes('pair  '));
}

/** The row below the one that begins so. */
const below = (dashboard: Dashboard, from: string): string => {
  const rows = dashboard
    .screen()
    .split('\n')
    .map((row) => row.replace(/[│┃▀▄█]/g, ' ').trim());
  return rows[rows.findIndex((row) => row.startsWith(from)) + 1] ?? '';
};

const words = (dashboard: Dashboard): string => below(dashboard, 'Both screens show');

/** The files under a folder that hold the text. */
const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));

test('a ticket is pasted, both screens show the same words, and y pairs: one way only', async () => {
  const { homes, laptop, nas } = await screens();
  const { ticket } = await showTicket(nas);
  expect(ticket).toMatch(/^dispatch1:[0-9a-z]{80,}$/i);

  await pairing(laptop);
  laptop.press('C-n');
  await laptop.waitFor('Ticket or code');
  laptop.paste(`${ticket.slice(0, 60)}\n${ticket.slice(60)}\n`);
  await laptop.pressAlone('enter');
  await question(laptop, 'nas');
  await nas.waitFor('Both screens show');
  expect(words(laptop)).toMatch(/^\w+( +\w+){3}$/);
  expect(words(nas)).toBe(words(laptop));
  expect(laptop.screen()).toContain('it lets you run');

  laptop.paste('y');
  await laptop.waitFor('a paste does not answer');
  await laptop.pressAlone('y');
  await laptop.waitFor(/● nas +(<1|\d+) ms/, 30_000);
  await nas.waitFor('The ticket has been used', 30_000);
  expect(nas.screen()).toContain('paired with laptop');
  nas.press('escape');
  await nas.waitFor(/● laptop +(<1|\d+) ms/, 30_000);

  const [mine, its] = homes;
  await online(mine, 'nas');
  expect((await deviceOf(mine, 'nas')).grants).toEqual({ held: ['run'], given: [] });
  expect((await deviceOf(its, 'laptop')).grants).toEqual({ held: [], given: ['run'] });
  // The secret is in no history, and in no other file of the two.
  laptop.submit('= 6 * 7');
  await laptop.waitFor(/✓ +1 = 6 \* 7/);
  await laptop.leave();
  expect(readFileSync(mine.paths.historyFile, 'utf8')).toContain('6 * 7');
  const holding = homes.flatMap(({ path }) => filesWith(path, ticket));
  expect(holding).toEqual([]);
  expect(filesWith(mine.path, '6 * 7')).toContain(mine.paths.historyFile);
}, 120_000);

test('a code with a typo, and a place where nobody listens, are said in a sentence, and what was typed stays', async () => {
  const { homes, laptop, nas } = await screens();
  const { code } = await showTicket(nas);
  expect(code).toMatch(/^\S{4}(-\S{4}){6}$/);
  const wrong = code.slice(0, 5) + (code[5] === 'A' ? 'B' : 'A') + code.slice(6);

  await pairing(laptop);
  laptop.press('C-n');
  await laptop.waitFor('Ticket or code');
  laptop.type(wrong);
  laptop.press('down');
  laptop.type(`127.0.0.1:${homes[1].port}`);
  await laptop.pressAlone('enter');
  await laptop.waitFor(/group 2|checksum|typo/, 30_000);
  expect(laptop.screen()).toContain(wrong);

  laptop.press('up', 'C-u');
  laptop.type(code);
  laptop.press('down', 'C-u');
  laptop.type('127.0.0.1:1');
  await laptop.pressAlone('enter');
  await laptop.waitFor(/refused|nobody/, 30_000);

  laptop.press('C-u');
  laptop.type(`127.0.0.1:${homes[1].port}`);
  await laptop.pressAlone('enter');
  await question(laptop, 'nas');
  await laptop.pressAlone('n');
  await laptop.waitFor('not paired with nas');
  expect(laptop.screen()).toContain('Ticket or code');
  const { devices } = await (await homes[0].ask()).call('devices', {});
  expect(devices).toHaveLength(1);
}, 120_000);

test('without a ticket each person types a word of the other screen', async () => {
  const { homes, laptop, nas } = await screens();
  await pairing(nas);
  nas.press('j', 'j', 'j', 'j', 'space');
  await nas.waitFor('[x] no ticket');
  await nas.pressAlone('enter');
  await nas.waitFor('choose to compare words');

  await pairing(laptop);
  laptop.press('C-n', 'down');
  laptop.type(`127.0.0.1:${homes[1].port}`);
  laptop.press('down', 'space');
  await laptop.waitFor('[x] no ticket');
  await laptop.pressAlone('enter');
  await question(laptop, 'nas');
  await question(nas, 'laptop');
  const shown = (dashboard: Dashboard): string[] =>
    [...below(dashboard, 'Read these words').matchAll(/\d ([a-z]+)/g)].map(([, word = '']) => word);
  const asked = (dashboard: Dashboard): number => Number(/Type word (\d) that THEY see/.exec(dashboard.screen())?.[1]);
  const forNas = shown(laptop)[asked(nas) - 1] ?? '';
  const forLaptop = shown(nas)[asked(laptop) - 1] ?? '';
  nas.type(forNas);
  laptop.type(forLaptop);
  await nas.pressAlone('enter');
  await laptop.pressAlone('enter');
  await laptop.waitFor(/● nas +(<1|\d+) ms/, 30_000);
  await online(homes[1], 'laptop');
}, 120_000);

test('leaving the page ends the session: the ticket opens nothing any more', async () => {
  const { homes, laptop, nas } = await screens();
  const { ticket } = await showTicket(nas);
  nas.press('escape');
  await nas.waitFor('pairing is closed');
  await pairing(laptop);
  laptop.paste(ticket);
  await laptop.waitFor('Ticket or code');
  await laptop.pressAlone('enter');
  await laptop.waitFor(() => !laptop.screen().includes('joining'), 30_000);
  await until('a reason', () => /closed|no session|not open|over/.test(laptop.screen()));
  expect(laptop.screen()).not.toContain('Pair with');
  expect((await (await homes[1].ask()).call('devices', {})).devices).toHaveLength(1);
}, 120_000);
