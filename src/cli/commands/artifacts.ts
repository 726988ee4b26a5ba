/** `dispatch artifacts`: what runs made. */

import { closest } from '../../config/closest.ts';
import { ARTIFACT_KINDS, type ArtifactKind } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { artifactRow, table } from '../print.ts';

/** What a peer lists at once. */
const LIST_MAX = 1000;

export const command: Command = {
  usage: 'artifacts [RUN] [--kind KIND]',
  summary: 'List the artifacts of a run, or the newest of all.',
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most N (default 50)' },
    kind: {
      type: 'string',
      multiple: true,
      value: 'KIND',
      words: ARTIFACT_KINDS,
      help: `only those, among the newest ${LIST_MAX}: ${ARTIFACT_KINDS.join(', ')}`,
    },
  },
  examples: ['dispatch artifacts 12', 'dispatch artifacts --kind image', 'dispatch artifacts --json'],
  completes: 'runs',
  maxArguments: 1,
  async run(context, args) {
    const limit = args.number('limit', { min: 1, max: LIST_MAX }) ?? 50;
    const kinds = args.list('kind').map(kindOf);
    const [run] = args.positionals;
    const client = await context.connect();
    const { artifacts: listed } = await client.call('artifacts.list', {
      limit: kinds.length === 0 ? limit : LIST_MAX,
      ...(run === undefined ? {} : { run }),
    });
    const artifacts = kinds.length === 0 ? listed : listed.filter(({ kind }) => kinds.includes(kind)).slice(0, limit);
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
    hint: close === undefined ? 'dispatch artifacts --help' : `did you mean ${close}?`,
  });
}
