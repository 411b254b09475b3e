import measure from 'fast-string-truncated-width';

/** Breaks text into lines that are no wider than `width` terminal columns, at spaces where there are any. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer).width <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = hardBreak(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

/** Text with spaces behind it up to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - measure(text).width));
}

function hardBreak(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let rest = word;
  while (measure(rest).width > width) {
    // One character may be wider than the whole column: take it all the same, or this would never end.
    const at = measure(rest, { limit: width, ellipsis: '' }).index || 1;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...pieces, rest];
}
