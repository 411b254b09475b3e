import type { PortRange } from './request.ts';

// Helpers for the targets. Texts that reach a rule are made here or in check.ts, from parsed values.

/** `21`, or `50000:50100` with the separator of the target. */
export function ports(range: PortRange, separator = '-'): string {
  return range.low === range.high ? `${range.low}` : `${range.low}${separator}${range.high}`;
}

/** `21,2121,50000-50100` */
export function portList(ranges: readonly PortRange[], separator = '-', between = ','): string {
  return ranges.map((range) => ports(range, separator)).join(between);
}

export function width({ low, high }: PortRange): number {
  return high - low + 1;
}

/** One-port range. */
export function port(number: number): PortRange {
  return { low: number, high: number };
}

/** All ports that no service of the system has: what an unknown active or passive range is at its widest. */
export const highPorts: PortRange = { low: 1024, high: 65535 };

/**
 * A comment inside a rule: letters, digits and plain punctuation, nothing that any shell, rule language or quoting gives
 * a meaning to. Our own texts hold nothing else; this is the guard behind them.
 */
export function plain(text: string, most = 120): string {
  return text
    .replace(/[^A-Za-z0-9 ,.:;()/+=_-]/g, ' ')
    .slice(0, most)
    .trimEnd();
}

/** Comment lines of a script, `# ` (or another mark) before each line, wrapped at about `columns`. */
export function remark(text: string, mark = '# ', columns = 110): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && mark.length + line.length + 1 + word.length > columns) {
        lines.push(`${mark}${line}`);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(`${mark}${line}`.trimEnd());
  }
  return lines;
}

/** Lines of a text file: always ends with a line break; empty stays empty. */
export function file(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/**
 * Eight hexadecimal digits that are the same for the same value and most likely others for another (FNV-1a): by it the
 * undo knows its own rules from those of another request on the same machine. No secret, no proof of anything.
 */
export function tagOf(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const unit of JSON.stringify(value)) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
