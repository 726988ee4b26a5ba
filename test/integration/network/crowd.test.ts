// Many connections at once from one address, some of which never say a word: whoever is paired comes in all the same. The
// device that comes in cannot be reached itself, so that nobody else can make the connection.
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { type LanMachine, onLan } from '../../helpers/namespaces.ts';
import { ended, offline, online, pairHomes, submit } from '../../helpers/two-peers.ts';
import { type OnLan, peersOnLan } from './lan.ts';

const SOCKETS = 20;
/** Opens them all within a moment, opens each anew that is closed, and tells when they have been made. */
const CROWD = `
  const { connect } = require('node:net');
  const [host, port] = process.argv.slice(1);
  let made = 0;
  const open = () => {
    const socket = connect(Number(port), host);
    socket.on('connect', () => { made += 1; if (made === ${SOCKETS}) console.log('crowded'); });
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(open, 1000));
  };
  for (let n = 0; n < ${SOCKETS}; n += 1) open();
`;

async function crowd(from: LanMachine, { home, machine }: OnLan): Promise<void> {
  const [program, ...words] = [...from.through, process.execPath, '-e', CROWD, machine.address, String(home.port)];
  const child = spawn(program as string, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the crowd ended with ${code}`)));
  });
}

onLan()(`${SOCKETS} silent connections at once`, () => {
  test.each(['the paired device', 'a stranger'] as const)(
    'from the address of %s do not keep the paired device out',
    async (whose) => {
      const names = ['near', 'far', 'stranger'];
      const [near, far, stranger] = (await peersOnLan(names, { lan: false, hidden: ['near'] })) as [
        OnLan,
        OnLan,
        OnLan,
      ];
      await pairHomes(far.home, near.home, { allow: ['run', 'approve'] });
      await near.home.killPeer();
      await offline(far.home, 'near');
      await crowd((whose === 'a stranger' ? stranger : near).machine, far);
      await near.home.begin();
      await online(near.home, 'far');
      const run = await submit(near.home, 'true', { on: ['far'] });
      expect(await ended(near.home, run.id)).toMatchObject({ status: 'completed' });
    },
    120_000,
  );
});
