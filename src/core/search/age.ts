/** When something was, as people say it in a search: so long ago, or a day. Days begin at midnight, local time. */

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const AGO = /^(\d{1,6})([mhdwy])$/;
const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

/** For those who wrote something else. */
export const AGES = 'for example 90m, 12h, 7d, 3w, 1y, today, yesterday, or a day as 2026-11-20';

/** Unix milliseconds; undefined if the text is no age and no day. */
export function ageOf(text: string, now: number): number | undefined {
  const [, count, unit = ''] = AGO.exec(text) ?? [];
  if (count !== undefined) return Math.max(0, now - Number(count) * (UNITS[unit] ?? 0));
  const today = new Date(now);
  if (text === 'today') return midnight(today.getFullYear(), today.getMonth(), today.getDate());
  if (text === 'yesterday') return midnight(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (year === undefined) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(day));
  // February 30 would be a day in March.
  if (at.getMonth() !== Number(month) - 1 || at.getDate() !== Number(day)) return undefined;
  return Math.max(0, at.getTime());
}

const midnight = (year: number, month: number, day: number): number => new Date(year, month, day).getTime();
