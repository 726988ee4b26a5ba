// The system packages that tests and pictures need beyond Node: what each is for, by the command or file that shows
// it is there. It only lists; scripts/lib/packages.ts looks and installs.

export interface SystemPackage {
  /** What a test asks for with needs(), and the command looked for on PATH unless `file` is given. */
  readonly tool: string;
  /** The Debian package that brings it. */
  readonly package: string;
  readonly file?: string;
  readonly why: string;
}

export const TEST_PACKAGES = [
  { tool: 'bash', package: 'bash', why: 'the shell that runs commands in the tests of the shell route' },
  { tool: 'tmux', package: 'tmux', why: 'the dashboard inside tmux, suspended and brought back' },
  { tool: 'screen', package: 'screen', why: 'the dashboard inside GNU screen' },
  { tool: 'less', package: 'less', why: 'an interactive program to attach to' },
  { tool: 'vi', package: 'vim-tiny', why: 'a full-screen editor to attach to' },
  { tool: 'curl', package: 'curl', why: 'downloading artifacts as people and scripts do' },
  { tool: 'openssl', package: 'openssl', why: 'certificates that nobody vouches for' },
  { tool: 'git', package: 'git', why: 'an ordinary command with output and pagers of its own' },
  { tool: 'ps', package: 'procps', why: 'looking for processes that should be gone' },
  { tool: 'setsid', package: 'util-linux', why: 'processes that try to outlive their run' },
  { tool: 'setpriv', package: 'util-linux', why: 'an unwritable home, as another user, where the tests run as root' },
  { tool: 'systemd-notify', package: 'systemd', why: 'a peer that tells systemd that it is ready' },
  {
    tool: 'systemd-analyze',
    package: 'systemd',
    why: 'the unit that the peer is installed with, read by systemd itself',
  },
  {
    tool: 'python3',
    package: 'python3',
    why: 'a datagram socket that hears it, and a property list that is read back',
  },
  { tool: 'bwrap', package: 'bubblewrap', why: 'the sandbox of commands, and the ways out of it' },
  { tool: 'ruby', package: 'ruby', why: 'a program in the sandbox of the embedded connector' },
  { tool: 'php', package: 'php-cli', why: 'another one' },
  { tool: 'lua', package: 'lua5.4', why: 'another one' },
  { tool: 'stty', package: 'coreutils', why: 'terminal modes before and after' },
  { tool: 'dbus-daemon', package: 'dbus', why: 'a session bus of its own for notifications on the desktop' },
  { tool: 'ip', package: 'iproute2', why: 'peers on a LAN of their own, in network namespaces (only as root)' },
  { tool: 'rg', package: 'ripgrep', why: 'searching files as fast as where it is installed' },
  { tool: 'chromium', package: 'chromium', why: 'a real browser to drive' },
  { tool: 'Xvfb', package: 'xvfb', why: 'a screen to drive, of its own' },
  { tool: 'openbox', package: 'openbox', why: 'a window manager on it' },
  { tool: 'mousepad', package: 'mousepad', why: 'an editor with menus and text to drive there' },
  { tool: 'xterm', package: 'xterm', why: 'a program without accessibility to drive there' },
  { tool: 'xdotool', package: 'xdotool', why: 'pressing keys and buttons there' },
  { tool: 'maim', package: 'maim', why: 'pictures of it' },
  { tool: 'wmctrl', package: 'wmctrl', why: 'bringing its windows up' },
  { tool: 'xclip', package: 'xclip', why: 'reading back what was typed, from the clipboard' },
  {
    tool: 'an accessibility bus',
    package: 'at-spi2-core',
    file: '/usr/libexec/at-spi-bus-launcher',
    why: 'the elements of windows',
  },
  {
    tool: 'a Jupyter server',
    package: 'jupyter-server',
    file: '/usr/lib/python3/dist-packages/jupyter_server/serverapp.py',
    why: 'a service that runs code, spoken to as it is',
  },
  {
    tool: 'a Python kernel',
    package: 'python3-ipykernel',
    file: '/usr/lib/python3/dist-packages/ipykernel/kernelapp.py',
    why: 'what runs the code there',
  },
] as const satisfies readonly SystemPackage[];

export const EMOJI_FONT = '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf';

export const PICTURE_PACKAGES = [
  {
    tool: 'a monospaced font',
    package: 'fonts-dejavu-core',
    file: '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
    why: 'letters, borders and signs',
  },
  {
    tool: 'a CJK font',
    package: 'fonts-noto-cjk',
    file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    why: 'Chinese, Japanese and Korean',
  },
  {
    tool: 'an emoji font',
    package: 'fonts-noto-color-emoji',
    file: EMOJI_FONT,
    why: 'emoji',
  },
] as const satisfies readonly SystemPackage[];

/** What the benchmarks measure beside; without it those that need it say so and are left out. */
export const BENCH_PACKAGES = [
  { tool: 'bwrap', package: 'bubblewrap', why: 'what the sandbox adds to the start of a command' },
  { tool: 'ssh', package: 'openssh-client', why: 'what people use instead, as the yardstick' },
  {
    tool: 'an OpenSSH server',
    package: 'openssh-server',
    file: '/usr/sbin/sshd',
    why: 'the other end of it, on loopback',
  },
  { tool: 'curl', package: 'curl', why: 'downloading artifacts' },
  { tool: 'nginx', package: 'nginx-light', file: '/usr/sbin/nginx', why: 'a server of files, as the yardstick' },
] as const satisfies readonly SystemPackage[];

/** What needs() in a test can ask for. */
export type TestTool = (typeof TEST_PACKAGES)[number]['tool'];
