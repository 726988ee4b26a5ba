// A row of a dialog as data: what it says, and as what. How that looks is for the view.

import type { Document } from '../preview/document.ts';

export interface DialogRow {
  readonly style:
    | 'who'
    | 'command'
    | 'text'
    | 'label'
    | 'warning'
    | 'blank'
    | 'removed'
    | 'added'
    | 'same'
    | 'choices'
    | 'picture';
  readonly text: string;
  /** Of the style `picture`: which row of which picture. */
  readonly picture?: {
    readonly document: Document;
    readonly width: number;
    readonly height: number;
    readonly row: number;
  };
  /** Behind it comes the picture, once it is here. */
  readonly pictured?: true;
  /** It goes on with the line of the row above: drawn as a mark outside the text, where no text can imitate it. */
  readonly wrapped?: true;
}
