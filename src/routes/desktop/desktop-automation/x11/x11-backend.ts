/** An X11 screen: looked at over a connection of our own, pictured by maim, pressed by xdotool, its windows brought up by wmctrl. */

import { setTimeout as delay } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import { quote } from '../../quote.ts';
import { createAccessibility } from '../accessibility/accessibility.ts';
import type { Backend } from '../backend.ts';
import { XWAYLAND } from '../display-server.ts';
import { runTool, type ToolResult } from '../run-tool.ts';
import type { ToolName } from '../tools.ts';
import { describeWindow, windowId } from '../windows.ts';
import { authorityFile } from './authority.ts';
import { connectDisplay, type XConnection } from './connection.ts';
import { atomOf, buttonsDown, hasExtension, keysDown, pointerOf, propertyOf, sizeOf } from './requests.ts';
import { createSpareKeys, inPieces } from './spare-keys.ts';
import { createWindowTree } from './window-tree.ts';
import { inputArguments } from './xdotool.ts';

/** Of one call of a tool, besides the time that what it does takes. */
const TOOL_MS = 30_000;
/** A picture of several large screens on a slow machine. */
const PICTURE_MS = 30_000;
/** How long a window may take to come up. */
const ACTIVATE_MS = 3000;
const LOOK_AGAIN_MS = 20;
/** From its standard input, as fast as programs follow: 12 ms for each character. */
const TYPING = ['type', '--delay', '12', '--file', '-'];
/** xdotool takes this code for the digit of the same name; the keyboard has Escape there. */
const ESCAPE_CODE = 9;

/** Throws `unavailable` with what stands in the way. `believed`: the owner named this display. */
export async function openX11Backend(
  display: string,
  base: NodeJS.ProcessEnv,
  { believed }: { readonly believed: boolean },
): Promise<Backend> {
  const x = await connectDisplay(display, base);
  if (!believed && (await hasExtension(x, 'XWAYLAND'))) {
    x.close();
    throw new DispatchError('unavailable', XWAYLAND.reason, { hint: XWAYLAND.fix });
  }
  const tree = createWindowTree(x);
  const authority = authorityFile(base);
  // Tools read text in the encoding of their locale.
  const env = {
    ...base,
    DISPLAY: display,
    LC_ALL: 'C.UTF-8',
    ...(authority === undefined ? {} : { XAUTHORITY: authority }),
  };

  const spareKeys = createSpareKeys(x);
  const accessibility = createAccessibility(env, async () => {
    const told = await propertyOf(x, x.facts.root, await atomOf(x, 'AT_SPI_BUS'));
    return told?.format === 8 ? told.value.toString('latin1') : '';
  });

  const tool = async (
    name: ToolName,
    args: readonly string[],
    signal: AbortSignal,
    more: { readonly timeoutMs?: number; readonly input?: string } = {},
  ): Promise<ToolResult> => {
    try {
      return await runTool(name, args, { env, signal, timeoutMs: TOOL_MS, ...more });
    } catch (error) {
      // What a tool says of a screen that went away is not what happened.
      await sizeOf(x, x.facts.root);
      throw error;
    }
  };

  const press = async (args: readonly string[], signal: AbortSignal): Promise<void> => {
    const { complaint } = await tool('xdotool', args, signal);
    const unknown = /No such key name '([^']*)'/.exec(complaint)?.[1];
    if (unknown === undefined) return;
    throw new DispatchError('invalid', `the X server knows no key ${quote(unknown, 40)}`);
  };

  const typeCharacters = async (text: string, signal: AbortSignal): Promise<void> => {
    for (const piece of inPieces(text)) {
      await spareKeys.provide(piece, signal);
      await tool('xdotool', TYPING, signal, { input: piece });
    }
  };

  return {
    size: () => sizeOf(x, x.facts.root),
    pointer: () => pointerOf(x),
    windows: () => tree.list(),
    windowAt: (point) => tree.at(point),
    keyboardWindow: () => tree.keyboard(),
    async picture(signal, part) {
      const area = part === undefined ? [] : [`--geometry=${part[2]}x${part[3]}+${part[0]}+${part[1]}`];
      const { output } = await tool('maim', ['--format=png', '--quality=3', ...area], signal, {
        timeoutMs: PICTURE_MS,
      });
      return output;
    },
    input: (input, signal) => press(inputArguments(input), signal),
    async type(text, signal) {
      for (const part of text.split(/(\n|\t)/)) {
        if (part === '\n') await press(['key', 'Return'], signal);
        else if (part === '\t') await press(['key', 'Tab'], signal);
        else await typeCharacters(part, signal);
      }
    },
    async activate(window, signal) {
      await tool('wmctrl', ['-i', '-a', windowId(window.id)], signal);
      const deadline = performance.now() + ACTIVATE_MS;
      while ((await tree.keyboard())?.id !== window.id) {
        if (performance.now() > deadline) {
          const why = (await hasManager(x)) ? 'the window manager did not bring it up' : 'there is no window manager';
          throw new DispatchError('unavailable', `${describeWindow(window)} does not get the keyboard: ${why}`);
        }
        await delay(LOOK_AGAIN_MS, undefined, { signal });
      }
    },
    pressed: async () => ({ keys: await keysDown(x), buttons: await buttonsDown(x) }),
    async letGo({ keys, buttons }) {
      const args = [
        ...keys.flatMap((code) => ['keyup', code === ESCAPE_CODE ? 'Escape' : String(code)]),
        ...buttons.flatMap((button) => ['mouseup', String(button)]),
      ];
      if (args.length > 0) await tool('xdotool', args, new AbortController().signal);
    },
    accessibility,
    gone: x.gone,
    async close() {
      accessibility.close();
      await spareKeys.giveBack();
      x.close();
    },
  };
}

async function hasManager(x: XConnection): Promise<boolean> {
  const atom = await atomOf(x, '_NET_SUPPORTING_WM_CHECK');
  return (await propertyOf(x, x.facts.root, atom)) !== undefined;
}
