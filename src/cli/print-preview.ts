/** What is in an artifact, printed for a terminal: about a screen of it, in colours unless NO_COLOR says otherwise. */

import type { ControlClient } from '../control/client/client.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import { asDispatchError } from '../core/errors.ts';
import type { Document } from '../tui/preview/document.ts';
import type { Row } from '../tui/preview/frame.ts';
import { layout } from '../tui/preview/layout.ts';
import { lookAttr } from '../tui/preview/look-attr.ts';
import { previewOf } from '../tui/runners/artifact-preview.ts';
import {
  type Attr,
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  INVERSE,
  TERMINAL_COLOUR,
  UNDERLINE,
} from '../tui/terminal/cells.ts';
import { detectTheme } from '../tui/terminal/detect-theme.ts';
import type { Theme } from '../tui/terminal/theme.ts';
import type { CliContext } from './context.ts';
import { safe } from './print.ts';
import { bringHere } from './save-artifact.ts';
import { terminalSize } from './terminal-size.ts';

/** Rows that are left for the prompt and for what was there before. */
const LEFT_ROWS = 3;

export async function printPreview(
  context: CliContext,
  client: ControlClient,
  artifact: PublishedArtifact,
): Promise<void> {
  const { cols, rows } = terminalSize(context.stdout);
  const height = Math.max(1, rows - LEFT_ROWS);
  try {
    const document = await previewOf(client, artifact, () => bringHere(context, client, artifact));
    const theme = themeOf(context);
    const ascii = theme.glyphs.ellipsis !== '…';
    const made = layout(document, { width: cols, height, tier: theme.tier, ascii });
    context.print('');
    // What makes the colours would not be let through by print: the words in between are made safe here.
    for (const row of made.slice(0, height)) context.stdout.write(`${inColours(row, theme)}\n`);
    if (made.length > height) context.note(`${made.length - height} more rows: dispatch open ${artifact.id}`);
    if (document.note !== undefined) context.note(document.note);
  } catch (error) {
    // Where it comes from was told all the same.
    context.note(`what is in it cannot be shown: ${safe(asDispatchError(error).message)}`);
  }
}

/** All of a document, at most as wide as the terminal, and as wide as it is where there is none. */
export function printDocument(context: CliContext, document: Document): void {
  const width = context.stdout.isTTY ? terminalSize(context.stdout).cols : Number.MAX_SAFE_INTEGER;
  const theme = themeOf(context);
  const ascii = theme.glyphs.ellipsis !== '…';
  for (const row of layout(document, { width, height: 1, tier: theme.tier, ascii }))
    context.stdout.write(`${inColours(row, theme)}\n`);
}

/** Where nobody looks on there are no colours to choose from. */
const themeOf = ({ stdout, env }: CliContext): Theme => detectTheme(stdout.isTTY ? env : { ...env, NO_COLOR: '1' });

function inColours(row: Row, theme: Theme): string {
  const spans = row.map(([text, look]) =>
    theme.tier === 'mono' ? safe(text) : inColour(safe(text), lookAttr(theme.style, look)),
  );
  return spans.join('').trimEnd();
}

function inColour(text: string, attr: Attr): string {
  const flags = attrFlags(attr);
  const codes = [
    ...((flags & BOLD) === 0 ? [] : ['1']),
    ...((flags & UNDERLINE) === 0 ? [] : ['4']),
    ...((flags & INVERSE) === 0 ? [] : ['7']),
    ...(attrFg(attr) === TERMINAL_COLOUR ? [] : [`38;5;${attrFg(attr)}`]),
    ...(attrBg(attr) === TERMINAL_COLOUR ? [] : [`48;5;${attrBg(attr)}`]),
  ];
  return codes.length === 0 ? text : `\x1b[${codes.join(';')}m${text}\x1b[0m`;
}
