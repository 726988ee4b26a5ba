// What an artifact looks like, before it is known how wide the screen is: blocks of styled text, or a small picture. Made by the readers
// beside this file from bytes that nobody trusts; everything in it is sanitised and bounded, and can cross to another thread.

/** What a piece of text is; how that looks is for whoever draws it. */
export type Look =
  | 'text'
  | 'muted'
  | 'heading'
  | 'strong'
  | 'emphasis'
  | 'code'
  | 'link'
  | 'added'
  | 'removed'
  | 'hunk'
  | 'key'
  | 'string'
  | 'number'
  | 'constant'
  | 'comment'
  | 'keyword'
  | 'name';

/** One line of text, or a part of one: sanitised, without a newline. `link`: where a terminal leads from it. */
export type Piece = readonly [text: string, look: Look, link?: string];

export interface TextBlock {
  readonly type: 'line';
  readonly pieces: readonly Piece[];
  /** Where it is broken: behind blanks, or only at the edge. */
  readonly wrap: 'words' | 'edge';
  /** What stands before its first row, such as a bullet, and before the rows that go on. */
  readonly first?: readonly Piece[];
  readonly rest?: readonly Piece[];
}

export interface TableBlock {
  readonly type: 'table';
  /** The heading is the first of them; a cell is one line. */
  readonly rows: readonly (readonly (readonly Piece[])[])[];
  readonly align: readonly ('left' | 'right' | 'center')[];
  readonly first?: readonly Piece[];
}

export type Block = TextBlock | TableBlock | { readonly type: 'rule'; readonly first?: readonly Piece[] };

/** Pixels, four bytes each: red, green, blue, alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** `note`: what is not shown of it, or what it is, as a sentence. */
export type Document =
  | { readonly type: 'text'; readonly blocks: readonly Block[]; readonly note?: string }
  | { readonly type: 'picture'; readonly picture: Picture; readonly note: string };

export interface PreviewSource {
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  /** Its first bytes, or all of them. */
  readonly head: Uint8Array;
}

/** What is read beside the main thread. */
export type ReadJob =
  | { readonly type: 'file'; readonly source: PreviewSource }
  | { readonly type: 'markdown'; readonly text: string }
  /** What two runs printed. */
  | { readonly type: 'compare'; readonly before: string; readonly after: string };

/** How much of a text is read. */
export const TEXT_BYTES = 256 * 1024;
/** A picture is read whole or not at all. */
export const PICTURE_BYTES = 32 * 1024 * 1024;
/** More lines than this are left out, however short they are. */
export const MAX_BLOCKS = 20_000;

export const line = (text: string, look: Look = 'text', wrap: TextBlock['wrap'] = 'edge'): TextBlock => ({
  type: 'line',
  pieces: [[text, look]],
  wrap,
});

/** The same with another text. */
export const withText = ([, look, link]: Piece, text: string): Piece =>
  link === undefined ? [text, look] : [text, look, link];
