/**
 * What a listing tells of one name. Absent properties were not told: a missing size is unknown, not zero.
 * Every listing format, the MLSx facts and the server's own files speak through this one shape.
 */
export interface Entry {
  /** The name as it stood on the wire, decoded by `text.ts`; it may carry escaped bytes and must be checked with `isSafeName` before it becomes a local path. */
  readonly name: string;
  readonly type: EntryType;
  /** Bytes; always a safe integer. Sizes told only in blocks are in `blocks`, not here. */
  readonly size?: number;
  /** Milliseconds since the epoch, UTC. */
  readonly modified?: number;
  /** How fine `modified` was told; the finer digits are zero. Absent when `modified` is. */
  readonly modifiedPrecision?: TimePrecision;
  /** Milliseconds since the epoch, UTC. */
  readonly created?: number;
  /** The twelve permission bits: 0o7777 at most, without the file type. */
  readonly mode?: number;
  /** Hard link count. */
  readonly links?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Where a symbolic link points, as told. */
  readonly target?: string;
  /** MLSx `unique`: names with the same value are the same file. */
  readonly unique?: string;
  /** MLSx `perm` letters, lower case (RFC 3659 §7.5.5). */
  readonly permissions?: string;
  /** VMS version number; it is not part of `name`. */
  readonly version?: number;
  /** Size in blocks or tracks where the system tells no bytes (VMS, MVS). */
  readonly blocks?: number;
  /** MLSx `media-type`. */
  readonly mediaType?: string;
  /** MLSx `charset`. */
  readonly charset?: string;
  /** MLSx `lang`. */
  readonly language?: string;
  /** MLSx `type` of the listed directory itself or its parent (RFC 3659 §7.5.1). */
  readonly place?: 'current' | 'parent';
  /** What the system calls this thing where `type` is too coarse: `PO-E`, `VSAM`, `Migrated`, `JUNCTION`, `*STMF`. */
  readonly kind?: string;
}

export type EntryType = 'file' | 'directory' | 'symlink' | 'other';

export type TimePrecision = 'second' | 'minute' | 'day';
