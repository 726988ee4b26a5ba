/**
 * The grammar of search: words, and qualifiers that say what an entry must be. It is closed, so that a slip of the pen is told and does not
 * find nothing; what stands in quotes is always words.
 *
 *     query     = { quoted | qualifier | word }
 *     qualifier = "is:" STATE | "by:" WHO | "since:" AGE | "before:" AGE | "#" ROUTE | "@" DEVICE
 *
 * What stands behind `is:`, `by:`, `#` and `@` may be the beginning of a word. The same qualifier twice means either of them; different ones, all of them.
 */

import { ROUTES } from '../actions.ts';
import { isSameName } from '../devices.ts';
import { type Refusal, refuse } from '../errors.ts';
import { AGES, ageOf } from './age.ts';
import { actorMark, deviceMark, KINDS, kindMark, routeMark, type SearchTerms, statusMark } from './found-by.ts';
import { wordsOf } from './words.ts';

/** The words of a query that are looked at. */
const MAX_WORDS = 16;
/** How many devices are named to somebody who named none of them. */
const MAX_NAMES = 8;

/** What `is:` takes → the mark that it asks for. */
const STATES: ReadonlyMap<string, string> = new Map([
  ...KINDS.map((kind) => [kind, kindMark(kind)] as const),
  ['queued', statusMark('queued')],
  ['waiting', statusMark('waiting_approval')],
  ['running', statusMark('running')],
  ['completed', statusMark('completed')],
  ['done', statusMark('completed')],
  ['failed', statusMark('failed')],
  ['cancelled', statusMark('cancelled')],
  // As the thread says it of such a run.
  ['rejected', statusMark('cancelled')],
]);

/** As people are told of them: those that are looked for most come first, as a row may be too short for all. */
const NAMED_STATES = ['failed', 'waiting', 'running', 'completed', 'queued', 'cancelled', ...KINDS];
const QUALIFIERS = 'is: by: since: before: #route @device';

/** A query that has been read. Names are as they were typed: which device is meant depends on who is asked. */
export interface SearchQuery {
  readonly words: readonly string[];
  readonly states: readonly string[];
  readonly routes: readonly string[];
  readonly devices: readonly string[];
  readonly people: readonly string[];
  readonly since: readonly number[];
  readonly until: readonly number[];
}

type Read = { readonly ok: true; readonly query: SearchQuery } | Refusal;
type Resolved = { readonly ok: true; readonly terms: SearchTerms } | Refusal;
/** What one term says: values for one part of the query. */
type Said = readonly [part: keyof SearchQuery, values: readonly (string | number)[]] | Refusal;

/** Something in quotes, of which the second may still be missing; or all up to the next blank. */
const TERM = /"([^"]*)"?|(\S+)/g;
/** A name, a colon, a value: no address, no `a::b`. */
const QUALIFIER = /^([a-z]+):(?![/:])(.*)$/;

/** `now`: Unix milliseconds, what ages are counted from. */
export function readQuery(text: string, now: number): Read {
  const said = { words: [], states: [], routes: [], devices: [], people: [], since: [], until: [] } as {
    readonly [part in keyof SearchQuery]: (string | number)[];
  };
  for (const [, quoted, term = ''] of text.matchAll(TERM)) {
    const one: Said = quoted === undefined ? readTerm(term, now) : ['words', [quoted]];
    if ('ok' in one) return one;
    said[one[0]].push(...one[1]);
  }
  const words = wordsOf(said.words.join(' ')).slice(0, MAX_WORDS);
  return { ok: true, query: { ...(said as unknown as SearchQuery), words } };
}

function readTerm(term: string, now: number): Said {
  if (term.startsWith('@')) return ['devices', term === '@' ? [] : [term.slice(1)]];
  if (term.startsWith('#')) {
    const routes = beginningWith(ROUTES, term.slice(1));
    return routes.length > 0
      ? ['routes', routes]
      : refuse('usage', `there is no route "${term}"`, choices('#', ROUTES));
  }
  const [, name, value = ''] = QUALIFIER.exec(term) ?? [];
  switch (name) {
    case undefined:
      return ['words', [term]];
    case 'is': {
      const states = value === '' ? [] : beginningWith([...STATES.keys()], value);
      return states.length > 0
        ? ['states', states]
        : refuse('usage', `nothing "${term}"`, choices('is:', NAMED_STATES));
    }
    case 'by':
      return value === '' ? refuse('usage', '"by:" whom', BY) : ['people', [value]];
    case 'since':
    case 'before': {
      const at = ageOf(value, now);
      if (at === undefined) return refuse('usage', `"${term}" is no time`, AGES);
      return [name === 'since' ? 'since' : 'until', [at]];
    }
    default:
      // A port is no value of anything.
      if (/^\d/.test(value)) return ['words', [term]];
      return refuse('usage', `there is no "${name}:" to search by`, `there are ${QUALIFIERS}; in quotes it is words`);
  }
}

/** A device as far as a query can name it. */
export interface NamedDevice {
  readonly id: string;
  readonly name: string;
  /** It is the one that is asked. */
  readonly local: boolean;
}

/** What was done on revoked ones is still there. */
export interface SearchedDevices {
  readonly devices: readonly NamedDevice[];
  readonly revoked: readonly Omit<NamedDevice, 'local'>[];
}

/** What people mean by `by:`, besides devices. */
const WHO = ['me', 'you', 'agent', 'assistant'] as const;
const BY = 'by:me, by:agent, by:assistant, by:DEVICE';
/** Those who ask or say something on a device. */
const SPEAKERS = ['human', 'agent', 'assistant'] as const;

/** What the query asks of an entry, seen from the device that is asked. */
export function resolveQuery(query: SearchQuery, known: SearchedDevices): Resolved {
  const devices = [...known.devices, ...known.revoked.map((former) => ({ ...former, local: false }))];
  const places: string[] = [];
  for (const name of query.devices) {
    const named = devicesNamed(name, devices);
    if (named.length === 0) return noDevice(`@${name}`, devices);
    places.push(...named.map(({ id }) => deviceMark(id)));
  }
  const people: string[] = [];
  for (const name of query.people) {
    const marks = marksOfPerson(name, devices);
    if (marks.length === 0) {
      const names = devices.slice(0, MAX_NAMES).map((device) => device.name);
      return refuse('usage', `nobody is meant by "by:${name}"`, choices('by:', ['me', 'agent', 'assistant', ...names]));
    }
    people.push(...marks);
  }
  const states = query.states.flatMap((state) => STATES.get(state) ?? []);
  const groups = [states, query.routes.map(routeMark), places, people];
  const marks = groups.filter((group) => group.length > 0).map((group) => [...new Set(group)]);
  const { words, since, until } = query;
  return {
    ok: true,
    terms: {
      words,
      marks,
      ...(since.length === 0 ? {} : { since: Math.max(...since) }),
      ...(until.length === 0 ? {} : { until: Math.min(...until) }),
    },
  };
}

/** It says nothing of what is to be found. */
export const isEmpty = ({ words, marks, since, until }: SearchTerms): boolean =>
  words.length === 0 && marks.length === 0 && since === undefined && until === undefined;

function marksOfPerson(name: string, devices: readonly NamedDevice[]): string[] {
  const who = beginningWith(WHO, name);
  if (who.length === 0) {
    return devicesNamed(name, devices).flatMap(({ id }) => SPEAKERS.map((kind) => actorMark(kind, id)));
  }
  const self = devices.find(({ local }) => local);
  return who.map((one) => (one === 'me' || one === 'you' ? actorMark('human', self?.id ?? '') : actorMark(one)));
}

/** The device of this name or id, or all whose name or id begins so. `local` is the one that is asked. */
function devicesNamed(name: string, devices: readonly NamedDevice[]): readonly NamedDevice[] {
  const exact = devices.filter(
    (device) => isSameName(device.name, name) || device.id === name || (device.local && name === 'local'),
  );
  if (exact.length > 0) return exact;
  const begins = name.toLowerCase();
  return devices.filter(({ name: other, id }) => other.toLowerCase().startsWith(begins) || id.startsWith(name));
}

function noDevice(term: string, devices: readonly NamedDevice[]): Refusal {
  const names = [...new Set(devices.map(({ name }) => name))].slice(0, MAX_NAMES);
  return refuse('usage', `no device is meant by "${term}"`, choices('@', names));
}

/** The one that is written so, or all that begin so. */
function beginningWith<T extends string>(values: readonly T[], text: string): T[] {
  const begins = text.toLowerCase();
  const exact = values.filter((value) => value === begins);
  return exact.length > 0 ? exact : values.filter((value) => value.startsWith(begins));
}

const choices = (before: string, values: readonly string[]): string =>
  `there are ${values.map((value) => `${before}${value}`).join(' ')}`;
