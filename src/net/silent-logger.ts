/** A logger for libp2p that says nothing: each of its lines would be put together for nobody; what matters, our own code says. */

interface Logger {
  (...args: unknown[]): void;
  error(...args: unknown[]): void;
  trace(...args: unknown[]): void;
  enabled: boolean;
  newScope(name: string): Logger;
}

const silent = (): void => {};
const LOG: Logger = Object.assign(() => {}, { error: silent, trace: silent, enabled: false, newScope: () => LOG });

export const SILENT_LOGGER = { forComponent: () => LOG };
