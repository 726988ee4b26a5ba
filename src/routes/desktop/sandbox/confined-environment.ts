/**
 * The environment of confined commands: without the addresses of sockets that lead out, and without what looks like a secret of the
 * peer's own surroundings. A secret that a command needs is named, in its action.
 */

/** Where agents, buses, displays and daemons of this session listen, and what tells systemd about the peer. */
const ADDRESSES =
  /^(SSH_(AUTH_SOCK|AGENT_PID|ASKPASS|CONNECTION|CLIENT|TTY)|GPG_(AGENT_INFO|TTY)|DBUS_.*|DISPLAY|WAYLAND_(DISPLAY|SOCKET)|XAUTHORITY|XDG_(RUNTIME_DIR|SESSION_.*|SEAT|VTNR)|SESSION_MANAGER|ICEAUTHORITY|PULSE_SERVER|PIPEWIRE_.*|DOCKER_.*|CONTAINER_HOST|KUBECONFIG|NOTIFY_SOCKET|WATCHDOG_.*|LISTEN_.*|INVOCATION_ID|JOURNAL_STREAM|CREDENTIALS_DIRECTORY|GNOME_KEYRING_.*|KDE_.*SOCK.*|NVIM|NVIM_LISTEN_ADDRESS|VSCODE_.*|GIT_ASKPASS|SUDO_ASKPASS|DISPATCH_HOME)$/;

/** As people name variables that hold one. */
const SECRETS =
  /(^|_)(TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|CREDENTIALS?|APIKEY|KEY|AUTH|COOKIE|PRIVATE|DSN)S?(_|$)|(ACCESS|API|AUTH|ENCRYPTION|PRIVATE|SECRET|SIGNING)_?KEY|TOKEN$|SECRET$|PASSWORD$|_URI$|DATABASE_URL|CONNECTION_STRING/i;
/** Named like one and none. */
const HARMLESS = /^(PWD|OLDPWD|LESSKEY.*|XKB.*)$/;

/** What of the peer's environment a confined command gets. */
export function confinedEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => IDENTIFIER.test(name) && !ADDRESSES.test(name) && (HARMLESS.test(name) || !SECRETS.test(name)),
    ),
  );
}

/** Shells pass on no others, and some of the others are functions. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * What changes the programs that start a command inside of the sandbox: it is set after them, so that no variable of an action
 * lifts the limits that they set. None of them is a secret.
 */
const LAUNCHER =
  /^(LD_.*|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|NLSPATH|MALLOC_.*|BASH.*|ENV|SHELLOPTS|POSIXLY_CORRECT|PS4|IFS|KSH.*|[A-Z]+SAN_OPTIONS|GCOV_.*|LLVM_.*)$/;

export function isLauncherVariable(name: string): boolean {
  return LAUNCHER.test(name) || !IDENTIFIER.test(name);
}
