/** What the listing thread is asked: to look at names in one directory. All text is one character a byte. */
export interface Asked {
  /** Path of the directory with a slash at its end. */
  readonly prefix: string;
  /** An open descriptor of it, if there is one. */
  readonly directory: number | undefined;
  /** Names with `nameSeparator` between them: one string is handed over faster than an array. */
  readonly names: string;
}

/** No name has it in it. */
export const nameSeparator = '/';

/**
 * The answer. Of a thread that can glance: one `struct statx` a name (`statFacts`), not filled where the asker must look for
 * itself. Of any other: `fieldsOf` numbers a name.
 */
export type Told = Uint32Array | Float64Array;

/**
 * All of `struct stat`, in the order mode, size, modification time (ms since the epoch), links, user, group, device, inode. The
 * mode may also be one of the two below.
 */
export const fieldsOf = 8;
/** There is nothing of that name any more. */
export const missing = -1;
/** The directory may be read but not searched. */
export const hidden = -2;

/** The first message of the thread: it can be asked. */
export const ready = 'ready';
