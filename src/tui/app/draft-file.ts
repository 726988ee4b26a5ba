// What was typed and not sent, kept over restarts: one private file for each dashboard, so that two of them never write over each other. A
// new dashboard takes the newest file whose dashboard is gone. What looks like it holds a secret is never written.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { SECRET_BEGINNING } from '../../core/secret-patterns.ts';
import { maskSecrets } from '../../core/secrets.ts';
import type { Draft, WaitingTask } from '../model/waiting-task.ts';

export interface DraftKeeper {
  /** What a dashboard that is gone left behind, given to `use` once; its file goes after that. */
  take(use: (draft: Draft) => void): Promise<void>;
  /** Keeps this soon. To be called whenever it may have changed. */
  keep(draft: Draft): void;
  /** Keeps it now, whatever comes next. */
  flush(): void;
}

/** A dashboard that is killed loses no more than what was typed in this time. */
const SOON_MS = 300;
/** Whether something longer holds a secret takes too long to ask while somebody types: that is kept on leaving only. */
const MOST_WHILE_TYPING = 128 * 1024;
/** Older ones are thrown away. */
const MOST_FILES = 20;
const OURS = /^(\d+)-[a-z0-9]+\.json$/;

export function createDraftKeeper(folder: string | undefined): DraftKeeper {
  const name = `${process.pid}-${Date.now().toString(36)}`;
  let kept: Draft = { text: '', waiting: [] };
  let wanted = kept;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const write = (isKept: (text: string) => boolean = isHarmless): void => {
    clearTimeout(timer);
    timer = undefined;
    if (folder === undefined || wanted === kept) return;
    kept = wanted;
    const file = join(folder, `${name}.json`);
    const { text, waiting } = onlyKept(wanted, isKept);
    try {
      if (text.trim() === '' && waiting.length === 0) {
        rmSync(file, { force: true });
        return;
      }
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify({ text, waiting }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // A full disk must not stop whoever types.
    }
  };
  // A signal ends the process without asking anybody.
  const onExit = (): void => write();
  process.on('exit', onExit);

  return {
    async take(use) {
      if (folder === undefined) return;
      for (const [index, file] of (await abandoned(folder, name)).entries()) {
        // Of a name of its own: one that cannot be read stays, and the next is not written over it.
        const taken = join(folder, `${name}x${index}.json`);
        // Another dashboard may take it at the same time: one of the two can rename it.
        const draft = await rename(join(folder, file), taken).then(
          () => readDraft(taken),
          () => undefined,
        );
        // Whoever has left takes nothing any more: it stays for the next.
        if (closed) return;
        if (draft === undefined) continue;
        use(draft);
        write();
        return rm(taken, { force: true });
      }
    },
    keep(draft) {
      if (draft.text === wanted.text && draft.waiting === wanted.waiting) return;
      wanted = { text: draft.text, waiting: draft.waiting };
      if (wanted.text.length <= MOST_WHILE_TYPING) timer ??= setTimeout(() => write(isHarmlessSoFar), SOON_MS).unref();
    },
    flush() {
      closed = true;
      write();
      process.removeListener('exit', onExit);
    },
  };
}

const isHarmless = (text: string): boolean => maskSecrets(text) === text;

/** Nor can it be the beginning of a secret that is just being typed. */
const isHarmlessSoFar = (text: string): boolean =>
  isHarmless(text) && !text.split(/[\s'"=:]+/).some((word) => SECRET_BEGINNING.test(word));

function onlyKept({ text, waiting }: Draft, isKept: (text: string) => boolean): Draft {
  return { text: isKept(text) ? text : '', waiting: waiting.filter((task) => isKept(task.text)) };
}

/** Files of dashboards that are gone, the newest first. */
async function abandoned(folder: string, own: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const found: { readonly name: string; readonly at: number }[] = [];
  for (const name of names) {
    const owner = OURS.exec(name)?.[1];
    const at = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs;
    if (owner === undefined || at === undefined || name.startsWith(own)) continue;
    if (!isAlive(Number(owner)) || at < Date.now() - uptime() * 1000) found.push({ name, at });
  }
  found.sort((one, other) => other.at - one.at);
  await Promise.all(found.slice(MOST_FILES).map(({ name }) => rm(join(folder, name), { force: true })));
  return found.slice(0, MOST_FILES).map(({ name }) => name);
}

/** A file with our number and another beginning is of a process that had the number before. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readDraft(file: string): Promise<Draft | undefined> {
  try {
    const { text, waiting } = JSON.parse(await readFile(file, 'utf8')) as { text?: unknown; waiting?: unknown };
    const tasks = Array.isArray(waiting) ? waiting.flatMap(readTask) : [];
    return { text: typeof text === 'string' ? text : '', waiting: tasks };
  } catch {
    return undefined;
  }
}

function readTask(value: unknown): readonly WaitingTask[] {
  const { id, text, tty, cwd } = (value ?? {}) as Partial<WaitingTask>;
  if (typeof id !== 'string' || typeof text !== 'string' || typeof cwd !== 'string') return [];
  if (typeof tty?.cols !== 'number' || typeof tty.rows !== 'number') return [];
  return [{ id, text, tty: { cols: tty.cols, rows: tty.rows }, cwd, state: 'held' }];
}
