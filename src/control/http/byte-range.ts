/** The `Range` header for one range of bytes (RFC 9110, section 14). What is no such range is passed over, as the RFC says. */

export type ByteRange =
  | { readonly kind: 'whole' }
  /** From the first byte up to and with the last. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: ByteRange = { kind: 'whole' };

export function parseRange(header: string | undefined, size: number): ByteRange {
  const [, from, to] = /^bytes=\s*([0-9]*)\s*-\s*([0-9]*)\s*$/i.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return WHOLE;
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return WHOLE;
  return first >= size || last < first ? { kind: 'unsatisfiable' } : { kind: 'part', first, last };
}
