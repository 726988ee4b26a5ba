/** A rule as people read it, in one line: what it is about. Text from elsewhere stands in it as it is: whoever shows it escapes it. */

import type { Rule } from './rules.ts';

/** Of a long choice of words so many are named, unless all are asked for. */
const CHOICES_SHOWN = 6;

/** `npm test, at most workspace-write, in ~/src`. `nameOf`: what people call a device. `whole`: however long it is. */
export function ruleSubject(
  rule: Omit<Rule, 'source'>,
  nameOf: (device: string) => string,
  { whole }: { readonly whole: boolean },
): string {
  const { command, operations, origins, list, without, access, requesters, routes, paths } = rule;
  const { lowersTo, unconfined, decision } = rule;
  const shown = (words: readonly string[]): readonly string[] => (whole ? words : words.map(shortened));
  const parts = [
    command !== undefined
      ? shown(command).join(' ')
      : operations === undefined
        ? 'anything'
        : shown(operations).join(', '),
    ...(list === undefined ? [] : [`as far as they are ${list}`]),
    ...(without === undefined ? [] : [`without ${shown(without).join(', ')}`]),
    ...(access === undefined ? [] : [decision === 'allow' ? `at most ${access}` : `with ${access} or more`]),
    ...(requesters === undefined
      ? []
      : [`asked by ${requesters.map((name) => requesterText(name, nameOf)).join(' or ')}`]),
    ...(routes === undefined || command !== undefined ? [] : [`by ${routes.join(', ')}`]), // only one route has commands
    ...(origins === undefined ? [] : [`at ${shown(origins).join(', ')}`]),
    ...(paths === undefined ? [] : [`in ${shown(paths).map(placeText).join(', ')}`]),
    ...(lowersTo === undefined ? [] : [`kept to ${lowersTo}`]),
    ...(unconfined === true ? ['outside of the sandbox'] : []),
  ];
  return parts.join(', ');
}

/** `~/src/.` as `~/src itself`. */
export function placeText(path: string): string {
  return path.endsWith('/.') ? `${path.slice(0, -2) || '/'} itself` : path;
}

/** `{cat,head,tail,… 80 more}`. */
function shortened(word: string): string {
  const [, head = '', inner, tail = ''] = /^([^{]*)\{([^{}]*)\}(.*)$/s.exec(word) ?? [];
  const choices = inner?.split(',') ?? [];
  if (choices.length <= CHOICES_SHOWN + 1) return word;
  return `${head}{${choices.slice(0, CHOICES_SHOWN).join(',')},… ${choices.length - CHOICES_SHOWN} more}${tail}`;
}

/** So begins every id of a device; its name, or a kind of requester, is as good as it is. */
const DEVICE_ID = '12D3KooW';

/** `human@12D3…` as `human@laptop`. */
function requesterText(requester: string, nameOf: (device: string) => string): string {
  const at = requester.indexOf('@') + 1;
  const device = requester.slice(at);
  return device.startsWith(DEVICE_ID) ? requester.slice(0, at) + nameOf(device) : requester;
}
