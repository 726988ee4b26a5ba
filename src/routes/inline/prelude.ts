/**
 * What inline code finds around it, written in the language of the sandbox and evaluated inside it: the globals, and the printer
 * of values. It is given two functions of the host, which take and give text only, and keeps them to itself.
 */

/** A function expression: (print, call) → { show, describe }. */
export const PRELUDE = String.raw`(function (hostPrint, hostCall) {
  'use strict';
  const { parse, stringify } = JSON;
  const { isArray, from } = Array;
  const { getPrototypeOf, keys, defineProperty, is } = Object;
  const MapEntries = Map.prototype.entries, SetValues = Set.prototype.values;
  const apply = Reflect.apply;
  const LINE = 76, ITEMS = 100, DEPTH = 5, STRING = 10000;

  const nameOf = (value) => {
    const prototype = getPrototypeOf(value);
    if (prototype === null) return 'null';
    const make = prototype.constructor;
    return typeof make === 'function' ? String(make.name) : '';
  };

  const key = (text) => (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(text) ? text : stringify(text));

  const string = (text) =>
    text.length <= STRING ? stringify(text) : stringify(text.slice(0, STRING)) + '… ' + (text.length - STRING) + ' more';

  const layout = (prefix, open, parts, close, indent) => {
    const head = prefix === '' ? open : prefix + ' ' + open;
    if (parts.length === 0) return head + close;
    const space = open === '{' ? ' ' : '';
    const line = head + space + parts.join(', ') + space + close;
    if (line.length + indent.length <= LINE && !line.includes('\n')) return line;
    const inner = indent + '  ';
    if (parts.length > 6 && parts.every((part) => part.length <= 16)) return head + '\n' + fill(parts, inner) + '\n' + indent + close;
    return head + '\n' + parts.map((part) => inner + part).join(',\n') + '\n' + indent + close;
  };

  const fill = (parts, indent) => {
    const lines = [];
    let line = indent;
    parts.forEach((part, at) => {
      const next = at < parts.length - 1 ? part + ', ' : part;
      if (line.length + next.length > LINE && line !== indent) {
        lines.push(line.trimEnd());
        line = indent;
      }
      line += next;
    });
    return lines.concat(line).join('\n');
  };

  const some = (count, item) => {
    const parts = [];
    for (let at = 0; at < count && at < ITEMS; at += 1) parts.push(item(at));
    if (count > ITEMS) parts.push('… ' + (count - ITEMS) + ' more');
    return parts;
  };

  const inspect = (value, seen, indent) => {
    switch (typeof value) {
      case 'string':
        return string(value);
      case 'number':
        return is(value, -0) ? '-0' : String(value);
      case 'bigint':
        return value + 'n';
      case 'function':
        return '[Function ' + (value.name || '(anonymous)') + ']';
      case 'object':
        return value === null ? 'null' : inspectObject(value, seen, indent);
      default:
        return String(value);
    }
  };

  const inspectObject = (value, seen, indent) => {
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Error) return describeError(value);
    if (value instanceof Date) return Number.isNaN(+value) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    const name = nameOf(value);
    if (seen.length >= DEPTH) return isArray(value) ? '[Array(' + value.length + ')]' : '[' + (name || 'Object') + ']';
    const within = seen.concat([value]);
    const inner = (item) => inspect(item, within, indent + '  ');
    if (isArray(value)) return layout('', '[', some(value.length, (at) => (at in value ? inner(value[at]) : '<empty>')), ']', indent);
    if (ArrayBuffer.isView(value) && typeof value.length === 'number') {
      return layout(name + '(' + value.length + ')', '[', some(value.length, (at) => inner(value[at])), ']', indent);
    }
    if (value instanceof Map) {
      const entries = from(apply(MapEntries, value, []));
      return layout('Map(' + entries.length + ')', '{', some(entries.length, (at) => inner(entries[at][0]) + ' => ' + inner(entries[at][1])), '}', indent);
    }
    if (value instanceof Set) {
      const items = from(apply(SetValues, value, []));
      return layout('Set(' + items.length + ')', '{', some(items.length, (at) => inner(items[at])), '}', indent);
    }
    const own = keys(value);
    const prefix = name === 'Object' || name === '' ? '' : name === 'null' ? '[no prototype]' : name;
    return layout(prefix, '{', some(own.length, (at) => key(own[at]) + ': ' + inner(value[own[at]])), '}', indent);
  };

  const describeError = (error) => {
    const stack = typeof error.stack === 'string' ? error.stack.trimEnd() : '';
    return stack === '' ? String(error) : String(error) + '\n' + stack;
  };

  /** A value as a person wants to read it: a string bare, anything else as it is written. */
  const show = (value) => (typeof value === 'string' ? value : inspect(value, [], ''));

  /** Text on its way to the host, which reads up to the first NUL: so text that has one goes as JSON. */
  const carry = (text) => (text.includes('\0') ? 'j' + stringify(text) : 'r' + text);

  /** What was thrown: a line, and everything there is to say. */
  const describe = (thrown) => {
    const full = thrown instanceof Error ? describeError(thrown) : show(thrown);
    return [carry(thrown instanceof Error ? String(thrown) : full.split('\n', 1)[0]), carry(full)];
  };

  const print = (...values) => hostPrint(carry(values.map(show).join(' ') + '\n'));

  const call = (method, ...args) => parse(hostCall(method, stringify(args)));
  const refOf = (thing) => (typeof thing === 'object' && thing !== null ? thing.id : thing === undefined ? thing : String(thing));
  const queryOf = (query) => (typeof query === 'number' ? { limit: query } : typeof query === 'string' ? { status: query } : query);

  /** What has gone on lately, in a few lines. */
  const summary = (limit) => {
    // Not what sums up at this moment.
    const isThis = (run) => run.status === 'running' && run.action !== undefined && run.action.kind === 'inline';
    const all = call('runs', { limit: limit === undefined ? 100 : limit }).filter((run) => !isThis(run));
    const names = {};
    for (const { id, name } of call('devices')) names[id] = name;
    const count = (items, keyOf) => {
      const counts = new Map();
      for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) || 0) + 1);
      return from(counts).sort((one, other) => other[1] - one[1]).map(([key, n]) => n + ' ' + key).join(', ');
    };
    const line = (run) => '  ' + run.number + '  ' + run.task.split('\n', 1)[0].slice(0, 60);
    const some = (title, runs, more) =>
      runs.length === 0 ? [] : [title + ':'].concat(runs.slice(0, 5).map((run) => line(run) + more(run)), runs.length > 5 ? ['  and ' + (runs.length - 5) + ' more'] : []);
    const of = (...statuses) => all.filter((run) => statuses.includes(run.status));
    if (all.length === 0) return 'no runs yet';
    return [
      (all.length === 1 ? '1 run: ' : 'the newest ' + all.length + ' runs: ') + count(all, (run) => run.status.replace('_', ' ')),
      'on ' + count(all, (run) => names[run.device] || 'a device that is gone'),
    ]
      .concat(some('waiting for an answer', of('waiting_approval'), () => ''))
      .concat(some('under way', of('running', 'queued'), () => ''))
      .concat(some('failed', of('failed'), (run) => '  (' + run.reason + ')'))
      .concat(some('cancelled', of('cancelled'), (run) => '  (' + run.reason + (run.note === undefined ? '' : ': ' + run.note.slice(0, 60)) + ')'))
      .join('\n');
  };

  const globals = {
    print,
    runs: (query) => call('runs', queryOf(query)),
    artifacts: (run, limit) => call('artifacts', refOf(run), limit),
    text: (artifactOrRun) => call('text', refOf(artifactOrRun)),
    devices: () => call('devices'),
    messages: (limit) => call('messages', limit),
    thread: (limit) => call('thread', limit),
    summary,
    console: { log: print, info: print, warn: print, error: print, debug: print },
  };
  for (const name of keys(globals)) {
    defineProperty(globalThis, name, { value: globals[name], writable: true, configurable: true, enumerable: false });
  }
  return { show: (value) => carry(show(value)), describe };
})`;
