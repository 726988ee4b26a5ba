/** Which kind of screen this session has, from what its variables say; and for those that cannot be driven, what is missing and how to get it. */

export type DisplayServer = { readonly kind: 'x11'; readonly display: string } | UnusableServer;

export interface UnusableServer {
  readonly kind: 'wayland' | 'macos' | 'windows' | 'none';
  /** A phrase. */
  readonly reason: string;
  readonly fix: string;
}

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** What the owner configured: it is believed. */
  readonly display?: string;
}

const ELSEWHERE = 'run it on a device with an X11 session: a Linux desktop, or a machine with an X server such as Xvfb';

export const XWAYLAND: UnusableServer = {
  kind: 'wayland',
  reason: 'the session is a Wayland one, whose windows take no keys and give no pictures to other programs',
  fix: 'log in to an X11 ("Xorg") session, or set display under [desktop] in the config to an X server of its own, such as Xvfb',
};

export function findDisplayServer({ platform, env, display }: Surroundings): DisplayServer {
  if (platform === 'win32') {
    return {
      kind: 'windows',
      reason: 'the screen of Windows cannot be driven: Dispatch drives X11 screens',
      fix: ELSEWHERE,
    };
  }
  if (isSet(display)) return { kind: 'x11', display };
  if (platform === 'darwin') {
    return {
      kind: 'macos',
      reason: 'the screen of macOS cannot be driven: Dispatch drives X11 screens',
      fix: ELSEWHERE,
    };
  }
  // Where both are set, the X display belongs to the Wayland session and reaches only some of its windows.
  if (isSet(env.WAYLAND_DISPLAY) || env.XDG_SESSION_TYPE === 'wayland') return XWAYLAND;
  if (isSet(env.DISPLAY)) return { kind: 'x11', display: env.DISPLAY };
  return {
    kind: 'none',
    reason: 'there is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set where the peer runs',
    fix: 'start the peer inside the graphical session, or set display under [desktop] in the config, for example display = ":0"',
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
