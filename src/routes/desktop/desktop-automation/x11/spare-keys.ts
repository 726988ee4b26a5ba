/**
 * Keys for characters that the keyboard of a screen has none for. Codes that no key has get the characters before they are typed and
 * keep them: programs look a key up when they come to it, which may be long after it was pressed.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import type { XConnection } from './connection.ts';
import { isLocked, keyboardOf, setKey, sizeOf } from './requests.ts';

/** Before a code gets another character, programs have had so long to read what was typed with it. */
const SETTLE_MS = 400;

/** Codes below are taken for digits by xdotool. */
const FIRST_CODE = 10;
/** Keyboards have some twenty codes to spare. */
const MOST_NEW = 12;

/** Pieces of a text that have so few different characters that there is a key for each. */
export function inPieces(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let seen = new Set<string>();
  for (const character of text) {
    const isNew = (character.codePointAt(0) ?? 0) > 0x7e && !seen.has(character);
    if (isNew && seen.size === MOST_NEW) {
      pieces.push(piece);
      piece = '';
      seen = new Set();
    }
    if (isNew) seen.add(character);
    piece += character;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

export interface SpareKeys {
  /** Throws `invalid` where the keyboard would type something else. The text is one of the pieces. */
  provide(text: string, signal: AbortSignal): Promise<void>;
  /** The keyboard is as it was. */
  giveBack(): Promise<void>;
}

export function createSpareKeys(x: XConnection): SpareKeys {
  /** By symbol; the one that was used longest ago first. */
  const given = new Map<number, number>();

  const provide = async (symbols: ReadonlySet<number>, signal: AbortSignal): Promise<void> => {
    const keyboard = await keyboardOf(x);
    const present = new Set([...keyboard.values()].flat());
    for (const [symbol, code] of [...given]) if (keyboard.get(code)?.[0] !== symbol) given.delete(symbol); // another layout came
    const missing = [...symbols].filter((symbol) => !present.has(symbol));
    if (missing.length === 0) return;
    const isFree = (all: readonly number[]): boolean => all.every((symbol) => symbol === 0);
    const free = [...keyboard].filter(([code, all]) => code >= FIRST_CODE && isFree(all)).map(([code]) => code);
    const lacking = missing.length - free.length;
    if (lacking > 0) {
      await delay(SETTLE_MS, undefined, { signal });
      const old = [...given].filter(([symbol]) => !symbols.has(symbol)).slice(0, lacking);
      for (const [symbol, code] of old) {
        given.delete(symbol);
        free.push(code);
      }
    }
    for (const symbol of missing) {
      const code = free.pop();
      if (code === undefined) break; // xdotool finds its own way then, one character at a time
      setKey(x, code, symbol);
      given.set(symbol, code);
    }
    await sizeOf(x, x.facts.root); // the server has done it all when it answers
  };

  return {
    async provide(text, signal) {
      if (await isLocked(x)) {
        throw new DispatchError('invalid', 'Caps Lock is on at that screen', {
          hint: 'press "Caps_Lock" in a step before',
        });
      }
      const symbols = new Set(Array.from(text, symbolOf));
      await provide(symbols, signal);
      for (const symbol of symbols) {
        const code = given.get(symbol);
        if (code === undefined) continue;
        given.delete(symbol); // so that it is the youngest
        given.set(symbol, code);
      }
    },
    async giveBack() {
      if (x.gone.aborted || given.size === 0) return;
      await delay(SETTLE_MS);
      for (const code of given.values()) setKey(x, code, 0);
      given.clear();
      await sizeOf(x, x.facts.root).catch(() => {}); // the screen went away, and its keyboard with it
    },
  };
}

/** Latin-1 as it is; all other characters from a range of their own (X protocol, appendix A). */
function symbolOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? code : 0x0100_0000 + code;
}
