// Somebody who may only ask wants something to run that nobody has said yes to, or something else than what the yes was for.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { BYPASSES } from '../../fixtures/policy/bypasses.ts';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';
import { type Attacker, createAttacker } from './attacker.ts';
import { ask, type Field, holdSlot, obey, openField, patient, requestOf, sayYes, settled } from './field.ts';

patient();

/** What people let through when they are asked a few times too often. */
const TYPICAL = [
  ['npm', 'test'],
  ['git', 'status'],
  ['git', 'log', '...'],
  ['ls', '...'],
  ['cat', '...'],
  ['cd', '...'],
  ['grep', '...'],
  ['sort', '...'],
  ['find', '...'],
  ['echo', '...'],
  ['true'],
  [':'],
  ['test', '...'],
];
const RULES = TYPICAL.map(
  (words, index) => `[[rules]]\nname = "own-${index}"\ndecision = "allow"\ncommand = ${JSON.stringify(words)}\n`,
).join('');
/** Every so many of the attempts: the rules alone are held against all of them elsewhere. */
const SAMPLE = 6;

const executable = (file: string, text: string): string => {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};

needs('bwrap')('who words it cleverly', () => {
  let field: Field;
  let attacker: Attacker;
  let trace: string;

  beforeAll(async () => {
    field = await openField('far', {
      config: RULES,
      env: (shared) => ({ PATH: `${join(shared, 'bin')}:${process.env.PATH}` }),
    });
    trace = join(field.shared, 'trace');
    mkdirSync(join(field.shared, 'bin'));
    executable(join(field.shared, 'bin', 'canary'), `#!/bin/sh\necho "$0 $*" >> ${trace}\n`);
    for (const name of ['a', 'b', 'x']) field.put(name, `${name}\n`);
    attacker = await createAttacker(field, 'attacker', ['run']);
    await field.home.begin();
  });
  afterAll(async () => {
    await attacker?.close();
    await field?.dispose();
  });

  test('gets nothing done without a yes, whatever it hides its command in', async () => {
    const before = readdirSync(field.home.work);
    const sample = BYPASSES.filter(([, text], index) => index % SAMPLE === 0 && !text.includes('\0'));
    const statuses = new Set<string>();
    for (const [how, text] of sample) {
      const { status } = await attacker.send(attacker.offer(text));
      statuses.add(status);
      expect(existsSync(trace), `${how}: ${text}`).toBe(false);
      expect(readdirSync(field.home.work), `${how}: ${text}`).toEqual(before);
    }
    expect(statuses).toContain('waiting_approval');
    // With a yes the canary sings.
    const asked = await attacker.send(attacker.offer('ls; canary here'));
    await sayYes(field, asked.id);
    await until('the trace', () => existsSync(trace));
    expect((await settled(field, asked.id)).status).toBe('completed');
    rmSync(trace);
  });

  test('gets no other command shown than the one that would run', async () => {
    const offer = attacker.offer('canary shown', {}, { task: '!ls', because: ['policy: the owner said yes'] });
    const { number } = await attacker.send(offer);
    const { out: asked } = await field.home.cli(['approvals', '-n', '1000']);
    expect(asked).toMatch(/^ {4}canary shown$/m);
    expect(asked).not.toContain('the owner said yes');
    for (const args of [['ps'], ['thread'], ['show', String(number)]])
      expect((await field.home.cli(args)).out, args.join(' ')).toContain('canary shown');
    await (await field.home.ask()).call('cancel', { run: offer.run });
  });

  test('gets into no file by what is allowed unasked', async () => {
    const target = field.put('target', 'as it was\n');
    field.put('.profile', '');
    const link = join(field.home.work, 'link-to-outside');
    symlinkSync(join(field.outside, 'new'), link);
    const before = readdirSync(field.home.work);
    const texts = [
      'sort -o target a',
      'sort -otarget a',
      'find . -name a -fprint target',
      'git log --output=target',
      'head a > target',
      'pwd >> target',
      'id >| target',
      'uname 1<> target',
      'date | tee target',
      'echo x > link-to-outside',
      `cat a > ${join(field.outside, 'new')}`,
      'echo x > ../../outside/new',
      'echo x > .profile',
      'echo x > ~/.bashrc',
      'cat a &> ~/.bashrc',
      'cd /; echo x > etc/canary',
      'cd ../../outside && echo x > new',
      'echo ok > new-file',
    ];
    for (const text of texts) await attacker.send(attacker.offer(text));
    expect(readFileSync(target, 'utf8')).toBe('as it was\n');
    expect(readFileSync(join(field.home.work, '.profile'), 'utf8')).toBe('');
    expect(readdirSync(field.outside).filter((name) => name === 'new')).toEqual([]);
    expect(existsSync('/etc/canary')).toBe(false);
    // `echo` is allowed by a rule of the owner, and so is a new ordinary file where runs may write.
    expect(readdirSync(field.home.work).filter((name) => !before.includes(name))).toEqual(['new-file']);
  });
});

needs('bwrap')('who changes something between the yes and the act', () => {
  let field: Field;
  let attacker: Attacker;
  const trace = (name: string): string => join(field.shared, `trace-${name}`);

  beforeAll(async () => {
    field = await openField('far', {
      config: '[shell]\nslots = 1\n',
      reach: (shared) => [shared, join(shared, 'later')],
      env: (shared) => ({ PATH: `${join(shared, 'first')}:${join(shared, 'second')}:${process.env.PATH}` }),
    });
    for (const folder of ['first', 'second', 'later', 'hidden']) mkdirSync(join(field.shared, folder));
    attacker = await createAttacker(field, 'attacker', ['run']);
    await field.home.begin();
  });
  afterAll(async () => {
    await attacker?.close();
    await field?.dispose();
  });

  /** The owner says yes while another run has the only slot; then `swap`, then it is its turn. Gives what became of it. */
  const approveThenSwap = async (
    command: string,
    action: Partial<ShellAction>,
    swap: () => void,
  ): Promise<{ run: string; status: string }> => {
    const slot = await holdSlot(field);
    const { id } = await attacker.send(attacker.offer(command, action));
    await sayYes(field, id);
    swap();
    await slot.release();
    return { run: id, status: (await settled(field, id)).status };
  };
  /** Nothing has happened, it asks anew about something else, and with a yes to that it would have. */
  const asksAnew = async (run: string, made: string): Promise<void> => {
    expect(existsSync(made)).toBe(false);
    const { approvals } = await (await field.home.ask()).call('run.get', { run });
    expect(approvals.map(({ status }) => status)).toEqual(['approved', 'pending']);
    expect(approvals[1]?.digest).not.toBe(approvals[0]?.digest);
    await sayYes(field, run);
    await until('the trace', () => existsSync(made));
  };

  test.each([
    ['run by its path', './script.sh'],
    ['given to a shell', 'bash script.sh'],
    ['read by the shell', '. ./script.sh'],
    ['behind something else', 'true && ./script.sh'],
    ['started by env', 'env ./script.sh'],
    ['with a limit of time', 'timeout 60 ./script.sh'],
    ['left in the background', 'nohup ./script.sh'],
    ['in the place of the shell', 'exec ./script.sh'],
    ['by another shell', "sh -c './script.sh; true'"],
    ['in a substitution', 'echo $(./script.sh)'],
  ])('wants another script: %s', async (name, command) => {
    const made = trace(`script-${name.replaceAll(' ', '-')}`);
    const script = executable(join(field.home.work, 'script.sh'), 'echo as shown\n');
    const { run } = await approveThenSwap(command, {}, () => executable(script, `touch ${made}\n`));
    await asksAnew(run, made);
  });

  test('wants another script where a link leads', async () => {
    const made = trace('link');
    const [good, evil] = [
      executable(join(field.home.work, 'good.sh'), 'echo as shown\n'),
      executable(join(field.home.work, 'evil.sh'), `touch ${made}\n`),
    ];
    const link = join(field.home.work, 'linked.sh');
    symlinkSync(good, link);
    const { run } = await approveThenSwap('./linked.sh', {}, () => {
      rmSync(link);
      symlinkSync(evil, link);
    });
    await asksAnew(run, made);
  });

  test('wants another program by the same name', async () => {
    const made = trace('program');
    executable(join(field.shared, 'second', 'deploy'), '#!/bin/sh\necho as shown\n');
    const { run } = await approveThenSwap('deploy now', {}, () =>
      executable(join(field.shared, 'first', 'deploy'), `#!/bin/sh\ntouch ${made}\n`),
    );
    await asksAnew(run, made);
  });

  test('wants another folder in the place of the one that it works in', async () => {
    const [folder, other] = [join(field.shared, 'works'), join(field.shared, 'other')];
    for (const made of [folder, other]) mkdirSync(made);
    const { run } = await approveThenSwap('touch was-here', { cwd: folder }, () => {
      renameSync(folder, `${folder}-before`);
      symlinkSync(other, folder);
    });
    await asksAnew(run, join(other, 'was-here'));
    expect(existsSync(join(`${folder}-before`, 'was-here'))).toBe(false);
  });

  test('wants a folder out of reach in the place of the one that it works in', async () => {
    const folder = join(field.shared, 'works-too');
    mkdirSync(folder);
    const { run, status } = await approveThenSwap('touch was-here; cat *', { cwd: folder }, () => {
      renameSync(folder, `${folder}-before`);
      symlinkSync(field.outside, folder);
    });
    expect(status).toBe('failed');
    expect(await settled(field, run)).toMatchObject({ reason: 'refused' });
    expect(readdirSync(field.outside)).not.toContain('was-here');
    expect(readdirSync(`${folder}-before`)).toEqual([]);
  });

  test('wants a reachable folder to be another one', async () => {
    const later = join(field.shared, 'later');
    const { run } = await approveThenSwap(`echo x > ${field.outside}/was-here; echo x > ${later}/was-here`, {}, () => {
      renameSync(later, `${later}-before`);
      symlinkSync(field.outside, later);
    });
    expect(readdirSync(field.outside)).not.toContain('was-here');
    const { approvals } = await (await field.home.ask()).call('run.get', { run });
    expect(approvals.map(({ status }) => status)).toEqual(['approved', 'pending']);
    expect(approvals[1]?.payload.sandbox?.writable).toContain(field.outside);
    await sayYes(field, run);
    await until('the trace', () => existsSync(join(field.outside, 'was-here')));
    rmSync(later);
    renameSync(`${later}-before`, later);
  });

  test('wants another device of its own choice, a longer time or a terminal for the same yes', async () => {
    const made = trace('again');
    const first = attacker.offer(`touch ${made}`);
    await attacker.send(first);
    // The same id once more, with something else in it: it is the first that is asked about, and nothing else runs.
    const link = await attacker.link();
    const action = { ...first.action, command: `touch ${made}-else`, access: 'full-access' } as ShellAction;
    await link.call('offer', { ...first, action });
    expect((await requestOf(field, first.run)).payload).toMatchObject({
      command: `touch ${made}`,
      access: 'workspace-write',
    });
    await sayYes(field, first.run);
    await until('the trace', () => existsSync(made));
    await settled(field, first.run);
    expect(existsSync(`${made}-else`)).toBe(false);
  });
});

needs('bwrap')('who waits until nobody looks', () => {
  let field: Field;
  beforeAll(async () => {
    field = await openField('far', { config: '[approvals]\nexpire = "10s"\n' });
    await field.home.begin();
  });
  afterAll(() => field?.dispose());

  test('gets a no, and no late yes counts', async () => {
    const made = join(field.home.work, 'late');
    const { id } = await ask(field, `touch ${made}`);
    await settled(field, id);
    const asked = await requestOf(field, id);
    const over = await until(
      'its end',
      async () => {
        const run = await settled(field, id);
        return run.status === 'waiting_approval' ? undefined : run;
      },
      60_000,
    );
    expect(over).toMatchObject({ status: 'cancelled', reason: 'expired' });
    const yes = { approval: asked.id, decision: 'approve', digest: asked.digest } as const;
    await expect((await field.home.ask()).call('decide', yes)).rejects.toMatchObject({ name: 'DispatchError' });
    expect(existsSync(made)).toBe(false);
    await obey(field, `touch ${made}`);
    expect(existsSync(made)).toBe(true);
  });
});
