/** The overview that `dispatch --help` prints. */

import { COMMANDS } from './registry.ts';

export function overview(): string {
  const groups = [...new Set(Object.values(COMMANDS).map(({ group }) => group))];
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = groups.flatMap((group) => [
    '',
    `${group}:`,
    ...Object.entries(COMMANDS)
      .filter(([, command]) => command.group === group)
      .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
  ]);
  return [
    'dispatch: one thread for all your machines.',
    '',
    'Usage:',
    '  dispatch                     open the dashboard (--plain: without full screen; --theme NAME; --ascii; --no-color)',
    '  dispatch COMMAND [OPTIONS]   do one thing and come back',
    ...lines,
    '',
    '"dispatch COMMAND --help" tells more, with examples. The peer of this machine is started when it is needed.',
    '',
  ].join('\n');
}
