/**
 * Programs whose words are, or hold, commands of their own: what such a one really runs is not its name. Data, with the reason that
 * a person reads. A name that is missing here can still only be run where a rule names it.
 */

const GROUPS: readonly (readonly [reason: string, names: string])[] = [
  [
    'runs another command',
    `nohup nice ionice chrt taskset numactl timeout gtimeout time stdbuf setsid script expect unbuffer watch flock entr parallel
    xargs rush strace ltrace dtrace dtruss gdb lldb valgrind perf heaptrack rlwrap rr dbus-run-session dbus-launch xvfb-run chronic ts
    ifne pee linux32 linux64 setarch personality catchsegv faketime fakeroot fakechroot proot proxychains proxychains4 torsocks tsocks
    direnv dotenv dotenvx with-env envdir softlimit daemonize start-stop-daemon caffeinate open xdg-open gio cmd powershell pwsh
    hyperfine multitime run-parts run-one ld.so ld-linux.so apply at batch cron crontab anacron systemd-run systemd-inhibit
    systemd-nspawn machinectl launchctl screen tmux byobu zellij dtach abduco tmate reptyr nq fzf sk vipe vidir inotifywait fswatch
    watchexec nodemon chokidar concurrently npm-run-all cross-env dumb-init tini s6-setuidgid`,
  ],
  [
    'runs another command as somebody else',
    'sudo sudoedit doas su runuser pkexec gosu su-exec setpriv setuidgid chpst capsh sg newgrp',
  ],
  [
    'runs another command in another root, namespace or container',
    `chroot unshare nsenter bwrap firejail flatpak flatpak-spawn toolbox distrobox nerdctl ctr crictl lxc lxc-attach lxc-execute incus
    snap helm vagrant multipass limactl colima wsl nix nix-shell nix-env guix`,
  ],
  [
    'runs a command elsewhere, or connects to anywhere',
    'ssh slogin scp sftp rsh rlogin rexec mosh telnet nc ncat netcat socat pdsh pssh clush ansible ansible-playbook salt fab dsh et',
  ],
  ['holds many programs in one', 'busybox toybox coreutils'],
  ['runs its words as shell text', 'eval source . trap'],
  ['runs what it is told in place of a shell function or of the shell', 'command builtin exec coproc'],
  [
    'changes what later words of the shell mean',
    'alias unalias hash enable set shopt complete compgen compopt bind emulate autoload zmodload setopt unsetopt functions',
  ],
  [
    'lets the shell evaluate its words',
    'let declare typeset local readonly export unset read readarray mapfile getopts fc history wait integer float',
  ],
  ['moves work to the background or out of it', 'fg bg disown jobs suspend'],
  ['fetches programs and runs them', 'npx pnpx bunx uvx pipx corepack volta asdf mise rtx pkgx tea'],
  [
    'runs what its user types',
    `less more most pg man info vi vim nvim view vimdiff gvim rvim ex ed red emacs emacsclient nano pico joe micro mc nnn ranger lf vifm
    tig lazygit k9s ftp lftp gnuplot mail mailx mutt pine visudo vipw psql mysql mariadb sqlite3 mongo mongosh redis-cli irb pry iex erl
    ghci jshell ipython ptpython bpython octave julia sage scala`,
  ],
  ['runs a program that stands in its words', 'm4 dc tclsh wish osascript jrunscript sbcl clisp guile racket'],
];

const WRAPPERS: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([reason, names]) => names.split(/\s+/).map((name) => [name, reason] as const)),
);

/** Why no rule may let a program of that name through, whatever its words. `name` has no folder. */
export function wrapperReason(name: string): string | undefined {
  return WRAPPERS.get(name);
}
