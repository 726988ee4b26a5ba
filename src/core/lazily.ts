/**
 * Makes a value at its first use and keeps it. For what most starts do not need and takes long to make: a pattern with classes of Unicode
 * (`\p{L}`) takes up to a millisecond before its first match.
 */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
