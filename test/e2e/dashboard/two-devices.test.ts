// One request, two people: what is asked for on one device is answered on the other, whose dashboard is open there too.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Dashboard, dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
const PRESENT_MS = 40_000;

async function opened(home: PeerHome): Promise<Dashboard> {
  mkdirSync(projectOf(home), { recursive: true });
  return stage.open(home);
}

/** `near` runs things, and `far` may answer what they ask for there. */
async function side(): Promise<{ near: Dashboard; far: Dashboard; homes: Record<'near' | 'far', PeerHome> }> {
  const [nearHome, farHome] = (await peers.peers('near', 'far')) as [PeerHome, PeerHome];
  await pairHomes(nearHome, farHome, { allow: ['run', 'approve', 'observe'] });
  const near = await opened(nearHome);
  const far = await opened(farHome);
  await far.waitFor(/● near +(<1|\d+) ms/, PRESENT_MS);
  return { near, far, homes: { near: nearHome, far: farHome } };
}

test('the second device approves; the prompt that stood open on the first goes, and its run goes on', async () => {
  const { near, far, homes } = await side();
  near.submit('!touch made');
  await near.readApproval();
  await far.readApproval();
  expect(far.screen()).toContain('Approve on near: touch made');
  await far.pressAlone('y');
  await far.waitGone('Approve on');
  await near.waitFor('already approved on far', 30_000);
  await near.waitGone('Approve on');
  await near.waitFor(/✓ +1 touch made/);
  expect(existsSync(join(projectOf(near.home), 'made'))).toBe(true);
  // In another one: this one has just stopped listening for a moment.
  const later = await opened(homes.near);
  await later.go(3);
  later.press('enter');
  await later.waitFor('Output');
  later.press('tab');
  await later.waitFor(/allowed +by a person on far/);
  later.press('5');
  await later.waitFor('signed by far: valid');
}, 120_000);

test('who comes second is told so, and nothing else happens', async () => {
  const { near, far } = await side();
  near.submit('!touch made');
  await near.readApproval();
  await far.readApproval();
  await near.pressAlone('n');
  await near.waitFor(/⊘ +1 touch made/);
  await far.waitFor('already rejected on near', 30_000);
  await far.waitGone('Approve on');
  expect(existsSync(join(projectOf(near.home), 'made'))).toBe(false);
}, 120_000);

test('an edited request is to be read anew on the other device', async () => {
  const { near, far, homes } = await side();
  near.submit('!touch made');
  await near.readApproval();
  await far.readApproval();
  await near.pressAlone('e');
  await near.waitFor('it is asked for anew');
  near.type('-too');
  await near.pressAlone('enter');
  await near.waitFor('edited: before it was');
  await far.waitFor('replaced by an edited version', 30_000);
  await far.waitGone('Approve on');
  const reader = await opened(homes.far);
  await reader.readApproval();
  await reader.waitFor('+ touch made-too');
  expect(reader.screen()).toContain('- touch made');
  await reader.pressAlone('y');
  await near.waitFor(/✓ +1 touch made/, 30_000);
  expect(existsSync(join(projectOf(near.home), 'made-too'))).toBe(true);
}, 120_000);
