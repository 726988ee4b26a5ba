// Sizes, times and states as people read them. Pure; local time zone.

import { isFinal, type Run } from '../../core/runs.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1,048,576 characters`. */
export const countCharacters = (count: number): string => `${count.toLocaleString('en')} characters`;

/** `2.1s` for what is over, `0:42` for what counts on. */
export function formatDuration(milliseconds: number, counting: boolean): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (!counting && seconds < 0.0995) return `${Math.round(seconds * 1000)}ms`;
  if (!counting && seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = counting ? Math.floor(seconds) : Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}:${two(minutes % 60)}:${two(whole % 60)}`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** The local midnight before `at`: equal for the moments of one day. */
export const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** `14:02`. */
export function formatClock(at: number): string {
  const date = new Date(at);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** `14:02` today, `3 Nov 14:02` before. */
export function formatTime(at: number, now: number): string {
  const date = new Date(at);
  if (startOfDay(at) === startOfDay(now)) return formatClock(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year} ${formatClock(at)}`;
}

/** The same in six columns: `14:02` today, `3 Nov` before, `2025` of another year. */
export function formatShortTime(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (startOfDay(at) === startOfDay(now)) return formatClock(at);
  if (date.getFullYear() !== today.getFullYear()) return String(date.getFullYear());
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** `today`, `Mon 23 Nov` before, `Mon 23 Nov 2025` of another year. */
export function formatDay(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (startOfDay(at) === startOfDay(now)) return 'today';
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${WEEKDAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]}${year}`;
}

/** `14:02:07`: where what follows each other within seconds is told apart. */
export const formatExactTime = (at: number, now: number): string =>
  `${formatTime(at, now)}:${String(new Date(at).getSeconds()).padStart(2, '0')}`;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** What became of a run, in a few words. */
export function describeStatus(run: Run): string {
  switch (run.status) {
    case 'queued':
      return 'queued';
    case 'running':
      return run.startedAt === undefined ? 'starting' : 'running';
    case 'waiting_approval':
      return 'waiting for you';
    case 'completed':
      return 'completed';
    case 'failed':
      if (run.reason === 'exit') return `failed: exit ${run.exitCode ?? '?'}`;
      return run.reason === 'signal' ? `failed: ${run.signal ?? 'signal'}` : `failed: ${run.reason}`;
    case 'cancelled':
      return `cancelled: ${run.reason}`;
  }
}

/** Whether its elapsed time is still growing. */
export const isCounting = (run: Run): boolean => !isFinal(run) && run.status !== 'queued';
