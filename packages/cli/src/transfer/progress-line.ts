import measure from 'fast-string-truncated-width';
import { printable } from '../printable.ts';

/** What a progress bar tells. */
export interface ProgressFacts {
  readonly name: string;
  /** Bytes moved by this transfer. */
  readonly bytes: number;
  /** Where in the file it began. */
  readonly offset: number;
  /** Size of the whole file in bytes, when known. */
  readonly total: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
  readonly mode: string;
}

/** One line: name, bar, bytes, rate, time left, mode. Never wider than `columns`. */
export function progressLine(facts: ProgressFacts, columns: number, unicode: boolean): string {
  const done = facts.offset + facts.bytes;
  const share = facts.total === undefined || facts.total === 0 ? undefined : Math.min(1, done / facts.total);
  const numbers = [
    facts.total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(facts.total)}`,
    `${formatBytes(facts.rate)}/s`,
    remaining(facts, done),
    facts.mode,
  ].join('  ');
  const space = columns - 1 - numbers.length;
  const barWidth = share === undefined ? 0 : Math.min(20, Math.floor((space - 14) / 2));
  const bar =
    share === undefined || barWidth < 5 ? '' : `${percent(share)} ${drawBar(share, barWidth, unicode)}`;
  const nameWidth = space - 2 - (bar === '' ? 0 : bar.length + 2);
  const name = nameWidth < 4 ? '' : fit(printable(facts.name), Math.min(nameWidth, 40), unicode);
  return cut([name, bar, numbers].filter((part) => part !== '').join('  '), columns - 1);
}

/** `1023 B`, `1.0 KiB`, `12.3 MiB`, `345 GiB`: three digits at least where there are that many. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, '0')}:${tail}`;
}

/** Text cut to a width in terminal columns, with an ellipsis where something is gone. */
export function fit(text: string, width: number, unicode: boolean): string {
  const ellipsis = unicode ? '…' : '~';
  const result = measure(text, { limit: width, ellipsis, ellipsisWidth: 1 });
  return `${text.slice(0, result.index)}${result.ellipsed ? ellipsis : ''}`;
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  return measure(text).width;
}

function cut(text: string, width: number): string {
  const result = measure(text, { limit: width, ellipsis: '', ellipsisWidth: 0 });
  return text.slice(0, result.index);
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)}%`;
}

function drawBar(share: number, width: number, unicode: boolean): string {
  const full = Math.floor(share * width);
  return unicode
    ? `${'━'.repeat(full)}${'╌'.repeat(width - full)}`
    : `[${'='.repeat(Math.max(0, full - 1))}${full > 0 ? '>' : ''}${' '.repeat(width - full)}]`;
}

function remaining(facts: ProgressFacts, done: number): string {
  if (facts.total === undefined || facts.rate <= 0) return '--:--';
  return formatSeconds(Math.max(0, facts.total - done) / facts.rate);
}
