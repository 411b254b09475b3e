import type { ListingClock } from './clock.ts';
import { dos } from './dos.ts';
import { eplf } from './eplf.ts';
import { mlsd } from './mlsd.ts';
import { mvs } from './mvs.ts';
import { mvsMembers } from './mvs-members.ts';
import { names } from './names.ts';
import { netpresenz } from './netpresenz.ts';
import { netware } from './netware.ts';
import { nonstop } from './nonstop.ts';
import { nortelWfFtp, vxworks } from './nortel.ts';
import { os2 } from './os2.ts';
import { os400 } from './os400.ts';
import { DayMonthOrder, type FormatRow, type LineReaderOfFormat, type ListingFormat } from './reader.ts';
import { unix } from './unix.ts';
import { unixDateless } from './unix-dateless.ts';
import { unixNumeric } from './unix-numeric.ts';
import { vms } from './vms.ts';
import { vshell } from './vshell.ts';
import { zvm } from './zvm.ts';

/** Where two formats read a sample equally well, the earlier wins: those that are hard to mistake stand first. */
const rows: readonly FormatRow[] = [
  mlsd,
  eplf,
  netpresenz,
  unix,
  unixNumeric,
  netware,
  dos,
  vms,
  os400,
  mvs,
  mvsMembers,
  nonstop,
  zvm,
  os2,
  nortelWfFtp,
  vxworks,
  vshell,
  unixDateless,
];

export const listingFormats: readonly ListingFormat[] = [...rows, names].map(({ format }) => format);

/** A format that has been chosen, with the reader that has already learned the dialect of the sample. */
export interface ChosenFormat {
  readonly format: ListingFormat;
  readonly reader: LineReaderOfFormat;
}

interface Score extends ChosenFormat {
  readonly entries: number;
  readonly faults: number;
  readonly misses: number;
}

export function openFormat(format: ListingFormat, clock: ListingClock): ChosenFormat {
  const row = [...rows, names].find((candidate) => candidate.format === format) ?? unix;
  return { format: row.format, reader: row.open({ clock, order: new DayMonthOrder() }) };
}

/**
 * Lets every format read the whole sample and takes the one that tells most. A single line can be read in more
 * than one way; a listing seldom. `undefined` when nobody can read any of it.
 */
export function detectFormat(
  lines: readonly string[],
  clock: ListingClock,
  preferred?: ListingFormat,
): ChosenFormat | undefined {
  let best: Score | undefined;
  for (const row of rows) {
    const score = scoreOf(row, lines, clock);
    if (best === undefined || isBetter(score, best, preferred)) best = score;
  }
  if (best === undefined || (best.entries + best.faults === 0 && best.misses > 0)) return undefined;
  best.reader.restart?.();
  return { format: best.format, reader: best.reader };
}

function isBetter(one: Score, other: Score, preferred: ListingFormat | undefined): boolean {
  if (one.entries !== other.entries) return one.entries > other.entries;
  if (one.misses !== other.misses) return one.misses < other.misses;
  if (one.faults !== other.faults) return one.faults > other.faults;
  return one.format === preferred;
}

function scoreOf(row: FormatRow, lines: readonly string[], clock: ListingClock): Score {
  const reader = row.open({ clock, order: new DayMonthOrder() });
  let entries = 0;
  let faults = 0;
  let misses = 0;
  for (const text of lines) {
    const result = reader.line(text);
    if (result === undefined) misses += 1;
    else if (result.kind === 'entry') entries += 1;
    else if (result.kind === 'fault') faults += 1;
  }
  return { format: row.format, reader, entries, faults, misses };
}

/** Without a blank in any line, a listing that is no known format may be a list of names. */
export function looksLikeNames(lines: readonly string[]): boolean {
  return lines.every((line) => !/\s/.test(line.trim()));
}
