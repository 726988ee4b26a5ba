// A task that was typed while the peer was not there, as data: its id goes with it however often it is sent, so that it is submitted once.

export interface WaitingTask {
  readonly id: string;
  readonly text: string;
  readonly tty: { readonly cols: number; readonly rows: number };
  /** Where it was typed, and runs: another dashboard, in another folder, may be what sends it. */
  readonly cwd: string;
  /** `held`: from a dashboard before this one; it is sent once a person says so. */
  readonly state: 'waiting' | 'sending' | 'held';
}

/** What is kept of the composer when the dashboard goes. */
export interface Draft {
  readonly text: string;
  readonly waiting: readonly WaitingTask[];
}
