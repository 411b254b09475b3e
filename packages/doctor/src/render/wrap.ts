/** Words put into lines of at most `columns`, the first after `first`, the others after `rest`. A longer word has a line of its own. */
export function wrap(
  text: string,
  options: { readonly columns: number; readonly first?: string; readonly rest?: string },
): readonly string[] {
  const { columns, first = '', rest = ' '.repeat(first.length) } = options;
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return empty && lines.length > 0 ? lines : [...lines, line];
}
