// Types of the two modules of neo-blessed that are used, and of the parts of them that its published types leave out.

interface BlessedCapabilities {
  readonly unicode: boolean;
  readonly colors: number;
  readonly bools: Record<string, boolean>;
  readonly numbers: Record<string, number>;
  readonly strings: Record<string, string | undefined>;
  cup(row: number, column: number): string;
  cuf(columns: number): string;
  sc(): string;
  rc(): string;
  civis(): string;
  cnorm(): string;
}

declare module 'blessed/lib/program.js' {
  interface Program {
    cols: number;
    rows: number;
    tput: BlessedCapabilities;
    put: Record<string, (...parameters: unknown[]) => unknown>;
    /** What was written since the last flush. */
    _buf: string;
    _tputSetup: boolean;
  }
  const createProgram: new (options: {
    input: NodeJS.ReadableStream;
    output: unknown;
    terminal: string;
    tput: false;
    buffer: true;
    zero: true;
  }) => Program;
  // biome-ignore lint/style/noDefaultExport: this is what the module is.
  export default createProgram;
  export type { Program };
}

declare module 'blessed/lib/widgets/screen.js' {
  import type { Program } from 'blessed/lib/program.js';

  type Cell = [attr: number, char: string];
  type Line = Cell[] & { dirty: boolean };
  interface Screen {
    /** What is to be shown. */
    lines: Line[];
    /** What the terminal shows, as far as blessed knows. */
    olines: Line[];
    alloc(): void;
    draw(first: number, last: number): void;
    destroy(): void;
  }
  const createScreen: new (options: { program: Program; fullUnicode: boolean }) => Screen;
  // biome-ignore lint/style/noDefaultExport: this is what the module is.
  export default createScreen;
  export type { Screen };
}
