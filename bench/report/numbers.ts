import type { Unit } from '../rows.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Three significant digits, thousands with commas. */
export function format(value: number, unit: Unit): string {
  if (unit === 'GB/s' || unit === 's' || unit === 'share') return value.toFixed(2);
  if (unit === 'logins' || unit === 'descriptors') return String(value);
  if (unit === 'KB' || unit === 'MB' || unit === 'ms')
    return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
  const digits = Math.max(0, Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / 10 ** digits) * 10 ** digits).toLocaleString('en', { maximumFractionDigits: 1 });
}

/** How many times better `ours` is than `theirs`; below 1 we are behind. */
export function advantage(ours: number, theirs: number, better: 'more' | 'less'): number {
  return better === 'more' ? ours / theirs : theirs / ours;
}
