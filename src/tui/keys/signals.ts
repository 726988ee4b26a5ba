// Which signals can be sent to a run, and what they are for.

/** What the signal menu offers. */
export const SIGNALS = [
  { name: 'SIGINT', help: 'interrupt, as C-c does' },
  { name: 'SIGTERM', help: 'ask it to end' },
  { name: 'SIGHUP', help: 'its terminal went away' },
  { name: 'SIGQUIT', help: 'end with a core dump' },
  { name: 'SIGTSTP', help: 'pause, as C-z does' },
  { name: 'SIGCONT', help: 'go on after a pause' },
  { name: 'SIGUSR1', help: 'whatever the program makes of it' },
  { name: 'SIGUSR2', help: 'whatever the program makes of it' },
  { name: 'SIGKILL', help: 'end at once, without a chance to tidy up' },
] as const;
