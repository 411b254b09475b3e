/** Where the keys of a TOML file stand, `users.0.name` → line. The library keeps no lines; only what it has read well comes here. */
export function tomlLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table = '';
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]/.exec(line);
    const key = /^\s*([\w."' -]+?)\s*=/.exec(line)?.[1];
    if (header?.[2] !== undefined) {
      const name = plain(header[2]);
      const count = counts.get(name) ?? 0;
      if (header[1] === '[[') counts.set(name, count + 1);
      table = header[1] === '[[' ? `${name}.${count}` : name;
      lines.set(table, index + 1);
      if (!lines.has(name)) lines.set(name, index + 1);
    } else if (key !== undefined) {
      lines.set(table === '' ? plain(key) : `${table}.${plain(key)}`, index + 1);
    }
  }
  return lines;
}

function plain(key: string): string {
  return key.replace(/["']/g, '').replace(/\s*\.\s*/g, '.');
}
