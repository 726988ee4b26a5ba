/**
 * What a program in QuickJS finds around it, written in its language: print and console, `stdin`, files, UTF-8. It is given functions
 * of the host that take and give bytes, and keeps them to itself.
 */

/** A function expression: (print, read, write, list, stdin) → (thrown) → exit status, and above it what ran out: 1 memory, 2 stack. */
export const QUICKJS_PRELUDE = String.raw`(function (hostPrint, hostRead, hostWrite, hostList, input) {
  'use strict';
  const { parse, stringify } = JSON;
  const { keys, defineProperty, getPrototypeOf, is } = Object;
  const { isArray } = Array;
  const fromCodePoint = String.fromCodePoint, Bytes = Uint8Array, isView = ArrayBuffer.isView;
  const InternalError = globalThis.InternalError;
  const ITEMS = 100, DEPTH = 4;

  const encode = (text) => {
    const length = text.length;
    let bytes = new Bytes(length + 16), at = 0;
    for (let i = 0; i < length; i += 1) {
      if (at + 4 > bytes.length) {
        const more = new Bytes(bytes.length * 2 + 16);
        more.set(bytes);
        bytes = more;
      }
      let code = text.charCodeAt(i);
      if (code < 0x80) { bytes[at++] = code; continue; }
      if (code >= 0xd800 && code <= 0xdfff) {
        const low = code <= 0xdbff ? text.charCodeAt(i + 1) : NaN;
        if (low >= 0xdc00 && low <= 0xdfff) { code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00); i += 1; }
        else code = 0xfffd;
      }
      if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12);
        else { bytes[at++] = 0xf0 | (code >> 18); bytes[at++] = 0x80 | ((code >> 12) & 63); }
        bytes[at++] = 0x80 | ((code >> 6) & 63);
      }
      bytes[at++] = 0x80 | (code & 63);
    }
    return bytes.slice(0, at);
  };

  const decode = (bytes) => {
    const parts = [];
    let text = '';
    for (let i = 0; i < bytes.length; ) {
      const first = bytes[i];
      const size = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
      let code = size === 1 ? first : size === 0 ? -1 : first & (0x7f >> size);
      for (let k = 1; k < size && code >= 0; k += 1) {
        const next = bytes[i + k];
        code = (next & 0xc0) === 0x80 ? (code << 6) | (next & 63) : -1;
      }
      const sound = code >= (size === 3 ? 0x800 : size === 4 ? 0x10000 : 0) && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      text += sound ? fromCodePoint(code) : '\ufffd';
      i += sound ? size : 1;
      if (text.length > 4096) { parts.push(text); text = ''; }
    }
    return parts.join('') + text;
  };

  const inspect = (value, seen) => {
    switch (typeof value) {
      case 'string': return seen.length === 0 ? value : stringify(value);
      case 'number': return is(value, -0) ? '-0' : String(value);
      case 'bigint': return value + 'n';
      case 'function': return '[Function ' + (value.name || '(anonymous)') + ']';
      case 'object': return value === null ? 'null' : object(value, seen);
      default: return String(value);
    }
  };
  const listed = (open, items, close) => {
    const shown = items.length > ITEMS ? items.slice(0, ITEMS).concat('… ' + (items.length - ITEMS) + ' more') : items;
    const line = shown.join(', ');
    if (line.length <= 72 && !line.includes('\n')) return open + (line === '' ? '' : open.endsWith('[') ? line : ' ' + line + ' ') + close;
    return open + '\n' + shown.map((item) => '  ' + item.replaceAll('\n', '\n  ')).join(',\n') + '\n' + close;
  };
  const object = (value, seen) => {
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Error) return describe(value);
    if (value instanceof Date) return Number.isNaN(+value) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (seen.length > DEPTH) return isArray(value) ? '[Array]' : '[Object]';
    const within = seen.concat([value]);
    const inner = (item) => inspect(item, within);
    if (isArray(value)) return listed('[', value.slice(0, ITEMS + 1).map(inner), ']');
    if (isView(value) && typeof value.length === 'number') return listed(value.constructor.name + '(' + value.length + ') [', Array.from(value.slice(0, ITEMS + 1)).map(inner), ']');
    if (value instanceof Map) return listed('Map(' + value.size + ') {', [...value].map(([k, v]) => inner(k) + ' => ' + inner(v)), '}');
    if (value instanceof Set) return listed('Set(' + value.size + ') {', [...value].map(inner), '}');
    const prototype = getPrototypeOf(value);
    const name = prototype === null ? '[no prototype]' : typeof prototype.constructor === 'function' ? prototype.constructor.name : '';
    const named = name === 'Object' || name === '' ? '{' : name + ' {';
    return listed(named, keys(value).map((key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : stringify(key)) + ': ' + inner(value[key])), '}');
  };
  const describe = (error) => {
    const stack = typeof error.stack === 'string' ? error.stack.trimEnd() : '';
    return stack === '' ? String(error) : String(error) + '\n' + stack;
  };

  const bufferOf = (bytes) => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);
  const printTo = (stream) => (...values) => hostPrint(stream, bufferOf(encode(values.map((value) => inspect(value, [])).join(' ') + '\n')));
  const print = printTo(1), complain = printTo(2);

  const clean = (name) => {
    const path = String(name).replace(/^(\.\/)+/, '');
    if (path === '' || path.length > 255 || path.includes('\0') || path.includes('\\') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
      throw new Error('a file has a relative name without "..": ' + name);
    return path;
  };
  const readBytes = (name) => {
    const buffer = hostRead(clean(name));
    if (buffer === undefined) throw new Error('there is no file ' + name);
    return new Bytes(buffer);
  };
  class Exit { constructor(status) { this.status = status; } }

  const globals = {
    print,
    console: { log: print, info: print, debug: print, error: complain, warn: complain },
    stdin: decode(new Bytes(input)),
    readFile: (name, how) => (how === 'bytes' ? readBytes(name) : decode(readBytes(name))),
    writeFile: (name, content) => hostWrite(clean(name), bufferOf(isView(content) ? new Bytes(content.buffer, content.byteOffset, content.byteLength) : encode(String(content)))),
    listFiles: () => parse(hostList()),
    exit: (status = 0) => { throw new Exit(Number(status) | 0); },
  };
  for (const name of keys(globals)) {
    defineProperty(globalThis, name, { value: globals[name], writable: true, configurable: true, enumerable: false });
  }
  return (thrown) => {
    if (thrown instanceof Exit) return thrown.status & 255;
    complain('Uncaught ' + (thrown instanceof Error ? describe(thrown) : inspect(thrown, [])));
    const message = thrown instanceof InternalError ? thrown.message : '';
    return message === 'out of memory' ? 257 : message === 'stack overflow' ? 513 : 1;
  };
})`;
