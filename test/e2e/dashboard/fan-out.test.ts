// One task on several devices at once, through a real terminal: a grid of what each of them makes of it.
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
const PRESENT_MS = 40_000;

/** With two more devices that run what it sends them. */
async function fleet(): Promise<Dashboard> {
  const [near, one, two] = (await peers.peers('near', 'one', 'two')) as [PeerHome, PeerHome, PeerHome];
  await pairHomes(one, near, { allow: ['run', 'observe'] });
  await pairHomes(two, near, { allow: ['run', 'observe'] });
  mkdirSync(projectOf(near), { recursive: true });
  const dashboard = await stage.open(near);
  for (const name of ['one', 'two']) await dashboard.waitFor(new RegExp(`● ${name} +(<1|\\d+) ms`), PRESENT_MS);
  return dashboard;
}

async function openGroup(dashboard: Dashboard, task: RegExp): Promise<void> {
  await dashboard.go(1);
  await dashboard.waitFor(task, PRESENT_MS);
  dashboard.press('G', 'enter');
}

test('a grid shows each device with its last lines, and opens the run that was chosen', async () => {
  const dashboard = await fleet();
  dashboard.submit('!seq 1 3 @all');
  await openGroup(dashboard, /3 devices: 3 done/);
  await dashboard.waitFor('3 of 3 done');
  for (const name of ['near', 'one', 'two']) expect(dashboard.screen()).toContain(name);
  expect(dashboard.screen()).toMatch(/✓ +\d near +done [^\n]*✓ +\d [^\n]*done [^\n]*✓ +\d [^\n]*done /);
  await dashboard.waitFor(/3 +3 +3/);
  dashboard.press('l', 'enter');
  await dashboard.waitFor('─ Plan ─');
  dashboard.press('2');
  await dashboard.waitFor(/device +(one|two)/);
  dashboard.press('escape');
  await dashboard.waitFor('3 of 3 done');
  dashboard.resize(40, 12);
  await dashboard.waitFor('3 of 3 done');
  dashboard.resize(30, 8);
  await dashboard.waitFor(/✓ +\d near[\s\S]*✓ +\d (one|two)[\s\S]*✓ +\d (one|two)/);
}, 120_000);

test('those that failed are found with f, and run again with R', async () => {
  const dashboard = await fleet();
  dashboard.submit('!ls /nowhere/at/all @all');
  await openGroup(dashboard, /3 devices: 3 failed/);
  await dashboard.waitFor('0 of 3 done · 3 failed');
  dashboard.press('f');
  await dashboard.waitFor('those that failed');
  dashboard.press('R');
  await dashboard.waitFor('Run all 3 that failed again?');
  await dashboard.waitFor(() => dashboard.line(39).startsWith(' y yes'));
  dashboard.press('y');
  await dashboard.waitGone('Run all 3');
  dashboard.press('escape');
  await dashboard.go(3);
  await dashboard.waitFor(() => /✗ +6 ls[^\n]*/.test(dashboard.pane('Runs')), PRESENT_MS);
}, 120_000);
