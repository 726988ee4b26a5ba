/**
 * Makes a value at its first use and keeps it. For what most starts do not need and takes long to make: a pattern with classes of Unicode
 * (`\p{L}`) takes up to a millisecond before its first match.
 */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
