/** `dispatch audit`: who asked for what, who or what allowed it, what ran and what came of it; and whether the record is as it was written. */

import { DispatchError } from '../../core/errors.ts';
import type { KnownDevices } from '../../protocol/api.ts';
import type { AuditVerification } from '../../protocol/audit-api.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { auditLines } from '../print-audit.ts';
import { verificationLines } from '../print-verification.ts';
import { terminalSize } from '../terminal-size.ts';
import { widthOf, wrapLines } from '../wrap-lines.ts';

const USUAL_RECORDS = 10;

export const command: Command = {
  usage: 'audit [RUN] [-n N] | audit verify [--artifacts]',
  summary: 'Tell who asked, what was allowed by whom, what ran and what came of it; or verify the record.',
  details: [
    'Without RUN it tells of the newest runs, newest first. Behind each step stands whether the signature of an answer is that of',
    'the device that gave it.',
    '"verify" walks over the hash chain of the log, the signatures of all answers and every byte of the database, and says what was',
    'changed and where. With --artifacts it also reads every artifact of the runs of this device, which takes as long as reading all of',
    'them does. It exits with 1 if it finds anything.',
  ].join('\n'),
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: `at most N runs (default ${USUAL_RECORDS})` },
    artifacts: { type: 'boolean', help: 'verify: also read the artifacts of the runs of this device' },
  },
  examples: [
    'dispatch audit 12',
    'dispatch audit -n 3 --json',
    'dispatch audit verify',
    'dispatch audit verify --artifacts',
  ],
  completes: 'runs',
  maxArguments: 1,
  async run(context, args) {
    const [what] = args.positionals;
    if (what === 'verify') {
      if (args.text('limit') !== undefined) throw usage('--limit does not go with audit verify');
      return verify(context, args);
    }
    if (args.flag('artifacts')) throw usage('--artifacts goes with audit verify');
    const limit = args.number('limit', { min: 1, max: 1000 }) ?? USUAL_RECORDS;
    const client = await context.connect();
    const [{ records, more }, known] = await Promise.all([
      client.call('audit', { limit, ...(what === undefined ? {} : { run: what }) }),
      client.call('devices', {}),
    ]);
    if (context.json) {
      context.printJson(records);
      return 0;
    }
    const { cols } = terminalSize(context.stdout);
    const look = { ...known, width: cols, now: Date.now() };
    for (const [index, record] of records.entries()) {
      if (index > 0) context.print('');
      for (const line of auditLines(record, look)) context.print(line);
    }
    if (records.length === 0) context.note('there are no runs yet');
    if (more) context.note(`there are more: -n ${limit * 2}`);
    return 0;
  },
};

async function verify(context: CliContext, args: Arguments): Promise<number> {
  const { verification, known } = await askOrLook(context, args.flag('artifacts'));
  if (context.json) context.printJson(verification);
  else {
    const lines = verificationLines(verification, { known, whole: args.flag('verbose') });
    for (const line of wrapLines(lines, widthOf(context.stdout))) context.print(line);
  }
  return verification.ok ? 0 : 1;
}

const NONE: KnownDevices = { devices: [], revoked: [] };

interface Looked {
  readonly verification: AuditVerification;
  readonly known: KnownDevices;
}

/** Where the database is so damaged that no peer serves, its files alone tell what is wrong. */
async function askOrLook(context: CliContext, artifacts: boolean): Promise<Looked> {
  try {
    const client = await context.connect();
    const verification = await client.call('audit.verify', artifacts ? { artifacts } : {});
    return { verification, known: verification.ok ? NONE : await client.call('devices', {}) };
  } catch (error) {
    const mayBeDamage = error instanceof DispatchError && ['unavailable', 'storage'].includes(error.code);
    // A peer that is only slow has the files in its hands.
    if (!mayBeDamage || error.retryable) throw error;
    const { examineWithoutPeer } = await import('../../peer/examine-files.ts');
    const verification = await examineWithoutPeer(context.paths, context.interrupted);
    if (verification === undefined) throw error;
    return { verification, known: NONE };
  }
}

function usage(message: string): DispatchError {
  return new DispatchError('usage', message, { hint: 'dispatch audit --help' });
}
