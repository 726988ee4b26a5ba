/** Finds the line of a key in TOML text, so that an error about a value can point at it. Reads only as much TOML as that needs. */

/** 1-based line of the key, or of its table if the key is not there, or undefined. */
export function locateKey(text: string, path: readonly string[]): number | undefined {
  let table: string[] = [];
  const items = new Map<string, number>();
  let ofTable: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?/.exec(line);
    if (header?.[2] !== undefined) {
      table = numbered(splitKey(header[2]), header[1] === '[[', items);
      if (isPrefix(table, path)) ofTable = index + 1;
      continue;
    }
    const assignment = /^\s*([A-Za-z0-9_."' -]+?)\s*=/.exec(line);
    if (assignment?.[1] === undefined) continue;
    const key = [...table, ...splitKey(assignment[1])];
    if (isPrefix(key, path) && key.length > table.length) return index + 1;
  }
  return ofTable;
}

/** The key of a table, with the number of the item after each name of a list of tables. `items`: the number of the newest item of each. */
function numbered(parts: readonly string[], begins: boolean, items: Map<string, number>): string[] {
  const key: string[] = [];
  for (const [index, part] of parts.entries()) {
    key.push(part);
    const name = JSON.stringify(key);
    if (begins && index === parts.length - 1) items.set(name, (items.get(name) ?? -1) + 1);
    const item = items.get(name);
    if (item !== undefined) key.push(String(item));
  }
  return key;
}

function splitKey(text: string): string[] {
  return text.split('.').map((part) => part.trim().replace(/^["']|["']$/g, ''));
}

function isPrefix(key: readonly string[], path: readonly string[]): boolean {
  return key.length <= path.length && key.every((part, index) => part === path[index]);
}
