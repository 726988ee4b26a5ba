/** Where the X server of a display listens, as the X libraries understand its name: `:0`, `unix:1.0`, `host:10.0`. */

export interface DisplayAddress {
  readonly number: number;
  /** Which screen of it: nearly always 0. */
  readonly screen: number;
  readonly socket: { readonly path: string } | { readonly host: string; readonly port: number };
}

/** TCP port of display 0 (X protocol, section 8). */
const FIRST_PORT = 6000;

/** Undefined if the name is none of a display. */
export function parseDisplay(display: string): DisplayAddress | undefined {
  const parts = /^(?<host>[^:/]*):(?<number>\d{1,5})(?:\.(?<screen>\d{1,3}))?$/.exec(display)?.groups;
  if (parts === undefined) return undefined;
  const { host = '', screen = '0' } = parts;
  const number = Number(parts.number);
  if (FIRST_PORT + number > 65_535) return undefined;
  const isLocal = host === '' || host === 'unix';
  return {
    number,
    screen: Number(screen),
    socket: isLocal ? { path: `/tmp/.X11-unix/X${number}` } : { host, port: FIRST_PORT + number },
  };
}
