/** `dispatch artifacts`: what runs made. */

import { ARTIFACT_KINDS, type ArtifactKind } from '../../core/artifacts.ts';
import { closest } from '../../core/closest.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { artifactRow, table } from '../print.ts';

const HELP = 'dispatch artifacts --help';

/** What a peer lists at once. */
const LIST_MAX = 1000;

export const command: Command = {
  usage: 'artifacts [RUN] [--kind KIND] | prune [--dry-run] [--yes]',
  summary: 'List the artifacts of a run, or the newest of all; remove the bytes of old ones.',
  details: [
    'prune removes what is older than [artifacts] keep, and the oldest beyond [artifacts] room, as the peer does every day. What a',
    'run that is not over needs stays, and so does everything that tells of what went.',
  ].join('\n'),
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50)' },
    'dry-run': { type: 'boolean', help: 'prune: only show what would go' },
    yes: { type: 'boolean', help: 'prune: without asking' },
    kind: {
      type: 'string',
      multiple: true,
      value: 'KIND',
      words: ARTIFACT_KINDS,
      help: `only those: ${ARTIFACT_KINDS.join(', ')}`,
    },
  },
  examples: [
    'dispatch artifacts prune --dry-run',
    'dispatch artifacts 12',
    'dispatch artifacts --kind image',
    'dispatch artifacts --json',
  ],
  completes: 'runs',
  maxArguments: 1,
  async run(context, args) {
    const [run] = args.positionals;
    if (run === 'prune') return (await import('../prune-artifacts.ts')).pruneArtifacts(context, args);
    for (const option of ['dry-run', 'yes'])
      if (args.flag(option)) throw new DispatchError('usage', `--${option} goes with prune`, { hint: HELP });
    const limit = args.number('limit', { min: 1, max: LIST_MAX }) ?? 50;
    const kinds = args.list('kind').map(kindOf);
    const client = await context.connect();
    const { artifacts } = await client.call('artifacts.list', {
      limit,
      ...(kinds.length === 0 ? {} : { kinds }),
      ...(run === undefined ? {} : { run }),
    });
    if (context.json) context.printJson(artifacts);
    else for (const line of table(artifacts.map(artifactRow))) context.print(line);
    if (artifacts.length === 0 && !context.json)
      context.note(
        kinds.length > 0
          ? 'there are none of that kind'
          : 'there are none; files that a run leaves in $DISPATCH_ARTIFACTS become artifacts',
      );
    return 0;
  },
};

function kindOf(text: string): ArtifactKind {
  const kind = ARTIFACT_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  const close = closest(text, ARTIFACT_KINDS);
  throw new DispatchError('usage', `--kind ${text}: expected one of ${ARTIFACT_KINDS.join(', ')}`, {
    hint: close === undefined ? HELP : `did you mean ${close}?`,
  });
}
