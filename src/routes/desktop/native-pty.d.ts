// Types of the one inner module of node-pty that is used: the loader of its native half. Its public half ends reading
// 200 ms after the exit of the process, and so loses output that a slow disk has not taken by then.

declare module 'node-pty/lib/utils.js' {
  export interface NativePty {
    /** Calls `onExit` from the event loop once the process was waited for. Throws without an errno. */
    fork(
      file: string,
      args: readonly string[],
      env: readonly string[],
      cwd: string,
      cols: number,
      rows: number,
      uid: number,
      gid: number,
      utf8: boolean,
      helperPath: string,
      onExit: (exitCode: number, signal: number) => void,
    ): { readonly fd: number; readonly pid: number; readonly pty: string };
    resize(fd: number, cols: number, rows: number): void;
  }

  /** `dir` is relative to the folder of this module. */
  export function loadNativeModule(name: 'pty'): { readonly dir: string; readonly module: NativePty };
}
