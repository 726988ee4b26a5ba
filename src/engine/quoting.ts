/** Where a shell text is quoted: as much of the shell's rules as it takes to tell data from what would be carried out. */

/** A comment's beginning, a here-document's, or that of a string with escapes, with the unit before it. */
const CONFUSING = /^(?:[\s;&|()]?#|.?<<|.?\$')/s;

/**
 * Says of a part of the text whether any of it stands outside quotes, or holds a quote's end. Between double quotes, what is
 * substituted counts as outside. In a text with comments, here-documents or `$'…'` a quote may be none: there all of it does.
 */
export function outsideQuotes(text: string): (start: number, end: number) => boolean {
  /** After each unit: the number of units so far that are not plainly quoted. */
  const open = new Uint32Array(text.length + 1);
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    let outside = quote === '';
    if (outside && CONFUSING.test(text.slice(Math.max(0, at - 1), at + 2))) return () => true;
    if (quote === '' && (unit === '"' || unit === "'")) quote = unit;
    else if (unit === quote) {
      quote = '';
      outside = true;
    } else if (quote === '"' && (unit === '`' || (unit === '$' && text.charAt(at + 1) === '('))) outside = true;
    const seen = (open[at] ?? 0) + (outside ? 1 : 0);
    open[at + 1] = seen;
    if (unit === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      open[at + 1] = seen;
    }
  }
  return (start, end) => (open[end] ?? 0) > (open[start] ?? 0);
}
