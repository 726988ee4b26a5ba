// A row of a dialog as data: what it says, and as what. How that looks is for the view.

export interface DialogRow {
  readonly style: 'who' | 'command' | 'text' | 'label' | 'warning' | 'blank' | 'removed' | 'added' | 'same' | 'choices';
  readonly text: string;
  /** It goes on with the line of the row above: drawn as a mark outside the text, where no text can imitate it. */
  readonly wrapped?: true;
}
