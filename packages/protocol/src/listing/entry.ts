/**
 * What a listing tells of one name. Absent properties were not told: a missing size is unknown, not zero.
 * Every listing format, the MLSx facts and the server's own files speak through this one shape.
 */
export interface Entry {
  /** The name as it stood on the wire, decoded by `text.ts`; it may carry escaped bytes and must be checked with `isSafeName` before it becomes a local path. */
  readonly name: string;
  readonly type: EntryType;
  /** Bytes, exact, always a safe integer. Sizes told rounded or in other units are in `roughSize`, `blocks` or `records`, never here. */
  readonly size?: number;
  /** Bytes as the server rounded them (`33.5k`), fit to be shown, not to be compared with a transfer. */
  readonly roughSize?: number;
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
  /** Size in blocks (VMS: 512 bytes) or tracks (MVS) where the system tells no bytes. */
  readonly blocks?: number;
  /** Number of records where the system counts those (PDS members, z/VM). */
  readonly records?: number;
  /** MLSx `media-type`. */
  readonly mediaType?: string;
  /** MLSx `charset`. */
  readonly charset?: string;
  /** MLSx `lang`. */
  readonly language?: string;
  /** This is the listed directory itself or its parent: MLSx `cdir` and `pdir` (RFC 3659 §7.5.1), `.` and `..` elsewhere. */
  readonly place?: 'current' | 'parent';
  /** What the system calls this thing where `type` is too coarse: `PO-E`, `VSAM`, `Migrated`, `JUNCTION`, `*STMF`. */
  readonly kind?: string;
}

export type EntryType = 'file' | 'directory' | 'symlink' | 'other';

export type TimePrecision = 'second' | 'minute' | 'day';

/** An Entry under construction: absent properties stay absent instead of becoming `undefined`. */
export type EntryDraft = { -readonly [K in keyof Entry]: Entry[K] };
