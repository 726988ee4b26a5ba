// The signs of the dashboard: what stands for running, waiting, done and the like, in Unicode and in ASCII.
// Each is one column wide, but the arrow and the ellipsis in ASCII; colours only repeat what they say.
import { LINE_BORDER } from './cells.ts';

export interface Glyphs {
  readonly running: string;
  readonly waiting: string;
  readonly done: string;
  readonly failed: string;
  readonly cancelled: string;
  readonly queued: string;
  readonly artifact: string;
  readonly online: string;
  readonly suspect: string;
  readonly offline: string;
  readonly arrow: string;
  readonly prompt: string;
  readonly bullet: string;
  readonly ellipsis: string;
  readonly separator: string;
  readonly up: string;
  readonly down: string;
  readonly scrollbar: string;
  readonly progress: readonly [full: string, empty: string];
  /** What takes the place of `running`, turn by turn, while something comes. */
  readonly spinner: readonly string[];
  /** Six characters for CellGrid.box. */
  readonly border: string;
}

export const UNICODE_GLYPHS: Glyphs = {
  running: '▶',
  waiting: '⚠',
  done: '✓',
  failed: '✗',
  cancelled: '⊘',
  queued: '…',
  artifact: '◆',
  online: '●',
  suspect: '◌',
  offline: '○',
  arrow: '→',
  prompt: '›',
  bullet: '•',
  ellipsis: '…',
  separator: '·',
  up: '▲',
  down: '▼',
  scrollbar: '█',
  progress: ['█', '░'],
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  border: LINE_BORDER,
};

export const ASCII_GLYPHS: Glyphs = {
  running: '>',
  waiting: '!',
  done: '+',
  failed: 'x',
  cancelled: '-',
  queued: '.',
  artifact: '#',
  online: '*',
  suspect: '?',
  offline: 'o',
  arrow: '->',
  prompt: '>',
  bullet: '*',
  ellipsis: '...',
  separator: '-',
  up: '^',
  down: 'v',
  scrollbar: '#',
  progress: ['#', '.'],
  // Without the dash, which is what was cancelled.
  spinner: ['/', '|', '\\', '|'],
  border: '+-+|++',
};
