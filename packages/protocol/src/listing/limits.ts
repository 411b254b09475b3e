import { limits } from '../limits.ts';

/** Bounds of one listing. What goes beyond is reported in `faults`, never stored. */
export interface ListingLimits {
  /** Bytes of one line before its LF; a longer line is skipped. */
  readonly lineBytes: number;
  /** Entries told over the whole listing; the rest is dropped and `truncated` says so. */
  readonly entries: number;
  /** Lines held back while the format is being decided. */
  readonly sampleLines: number;
  /** Faults kept with their line; later ones are only counted. */
  readonly faults: number;
}

export const listingLimits: ListingLimits = {
  lineBytes: limits.listingLineBytes,
  entries: limits.listingEntries,
  sampleLines: 64,
  faults: 100,
};
