/**
 * What `#word` changes: plain words go where it says, and a task whose prefix says something else is refused. What it never does is make a
 * command of words: that takes `!`.
 */

import type { Route } from '../actions.ts';
import { closest } from '../closest.ts';
import { CONNECTOR_NAME, type ConnectorSummary } from '../connectors.ts';
import { type Refusal, refuse } from '../errors.ts';
import { kindOfSource, type ParsedTask, questionTask } from './grammar.ts';
import { overrideNames, resolveOverride } from './overrides.ts';

const SCRIPTS: ReadonlySet<string> = new Set(['js', 'javascript', 'mjs']);

export function applyOverrides(task: ParsedTask, connectors: readonly ConnectorSummary[]): ParsedTask | Refusal {
  if (task.overrides.length === 0) return task;
  const wanted = resolveAll(task, connectors);
  if (!wanted.ok) return wanted;
  const { connector, written } = wanted;
  const served = connectors.find(({ name }) => name === connector)?.routes;
  const route = wanted.route ?? routeFor(task, served);
  if (served !== undefined && !served.some((each) => each === route)) {
    return refuse('usage', `${written} does not answer ${route}`, `it answers ${served.join(' and ')}`);
  }
  if (connector !== undefined && (route === 'inline' || route === 'desktop-local')) {
    return refuse('usage', `${route} has no connectors`, `leave one of ${written} out`);
  }
  const named = connector === undefined ? {} : { connector };
  if (routeOfTask(task) === route) {
    return { ...task, ...named, because: `you wrote ${written}; ${task.because}`, decided: `you wrote ${written}` };
  }
  return redirect(task, route, written, named);
}

interface Wanted {
  readonly ok: true;
  readonly route?: Route;
  readonly connector?: string;
  /** As the person wrote it. */
  readonly written: string;
}

function resolveAll({ overrides, targets }: ParsedTask, connectors: readonly ConnectorSummary[]): Wanted | Refusal {
  let route: Route | undefined;
  let connector: string | undefined;
  const written = overrides.map((word) => `#${word}`).join(' ');
  for (const word of overrides) {
    const found = resolveOverride(word, connectors);
    if (found?.kind === 'ambiguous')
      return refuse('ambiguous', `#${word} may be ${found.choices.join(' or ')}`, 'write one of them', found.choices);
    // Another device has connectors of its own, and only it knows them.
    const far = found === undefined && targets.some((name) => name !== 'local') && CONNECTOR_NAME.test(word);
    if (found === undefined && !far) {
      const known = overrideNames(connectors);
      const near = closest(word.toLowerCase(), known);
      const meant = near === undefined ? '' : `did you mean #${near}? `;
      return refuse(
        'not-found',
        `there is no route and no connector "${word}"`,
        `${meant}known: ${known.map((name) => `#${name}`).join(', ')}; quote it ('#${word}') if it belongs to the task`,
      );
    }
    const twice = found?.kind === 'route' ? route !== undefined && route !== found.route : connector !== undefined;
    if (twice) return refuse('usage', `${written} names several places`, 'name one');
    if (found?.kind === 'route') route = found.route;
    else connector = found?.connector ?? word;
  }
  return {
    ok: true,
    written,
    ...(route === undefined ? {} : { route }),
    ...(connector === undefined ? {} : { connector }),
  };
}

/** Of a connector that is named alone: the route that the task has, else the one for words. */
function routeFor(task: ParsedTask, served: ConnectorSummary['routes'] | undefined): Route {
  if (task.kind === 'code') return 'cloud-code';
  if (task.typed === undefined) return routeOfTask(task) ?? 'cloud-knowledge';
  return served?.includes('cloud-knowledge') === false ? 'cloud-code' : 'cloud-knowledge';
}

/** Undefined for words that nothing here understands. */
function routeOfTask(task: ParsedTask): Route | undefined {
  switch (task.kind) {
    case 'shell':
      return 'desktop-local';
    case 'expression':
    case 'script':
      return 'inline';
    case 'question':
      return 'cloud-knowledge';
    case 'code':
      return 'cloud-code';
    case 'plain':
      return task.said === undefined ? undefined : 'desktop-local';
  }
}

function redirect(
  task: ParsedTask,
  route: Route,
  written: string,
  named: { connector?: string },
): ParsedTask | Refusal {
  const because = `you wrote ${written}`;
  const { targets, overrides, attach, typed, body } = task;
  if (task.kind === 'code' && route === 'inline') {
    if (SCRIPTS.has(task.language.toLowerCase()))
      return { ok: true, targets, overrides, attach, kind: 'script', body, because, decided: because };
    return refuse('usage', `inline runs JavaScript, not ${task.language}`, `leave ${written} out`);
  }
  if (typed === undefined) {
    return refuse('usage', `${task.because}, and ${written} says something else`, 'leave one of the two out');
  }
  const { words, marks } = typed;
  switch (route) {
    case 'cloud-knowledge':
      return { ...questionTask(typed, because), ...named, decided: because };
    case 'inline':
      return { ok: true, ...marks, kind: kindOfSource(words), body: words, because, decided: because };
    case 'cloud-code':
      return refuse(
        'usage',
        `${written} runs programs, and this does not say its language`,
        'write it as /code LANGUAGE …, or as a block',
      );
    case 'desktop-local':
      return refuse(
        'usage',
        `${written} says where, and not what: words are never run`,
        'write ! before a command, or a verb and a path',
      );
  }
}
