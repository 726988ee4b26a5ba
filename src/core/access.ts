/** How far an action may reach, from least to most. */

export const ACCESS_LEVELS = ['read-only', 'workspace-write', 'full-access'] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** From least (0) to most. */
export function rankOfAccess(access: AccessLevel): number {
  return ACCESS_LEVELS.indexOf(access);
}

/** The level that holds all of these; the least of all without any. */
export function highestAccess(levels: readonly AccessLevel[]): AccessLevel {
  return levels.reduce((most, level) => (rankOfAccess(level) > rankOfAccess(most) ? level : most), 'read-only');
}
