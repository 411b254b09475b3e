/** What becomes of uploads. */
export interface UploadPolicy {
  /** `atomic`: the bytes go to a hidden name, and the file has them when all are there. */
  readonly mode: 'direct' | 'atomic';
  /** An upload is only finished when the disk has the file and its name (fsync), not when the kernel has them. */
  readonly durable: boolean;
  /** What is done with what arrived of an upload that broke off. */
  readonly partial: 'keep' | 'remove';
  readonly overwrite: Overwrite;
}

/** What an upload, or a rename, does about a file that has the name already. */
export type Overwrite = 'allow' | 'refuse' | 'rename-old' | 'rename-new';

/** What must stay free on the disk: a number of bytes, or a share of the whole. */
export type DiskFloor = { readonly bytes: number } | { readonly percent: number };

/** What may be said about uploads; each has a default. */
export interface UploadOptions {
  /** Default direct. */
  readonly mode?: UploadPolicy['mode'] | undefined;
  /** Default keep. */
  readonly partial?: UploadPolicy['partial'] | undefined;
  /** Default allow. */
  readonly overwrite?: Overwrite | undefined;
  /** Default: nothing has to stay free. */
  readonly floor?: DiskFloor | undefined;
  /** Milliseconds without a change after which the bytes of an unfinished upload are removed. Default: one day. */
  readonly staleAfter?: number | undefined;
  /** Milliseconds between two looks for such; Infinity: never by itself. Default: one hour, and at the start. */
  readonly sweepEvery?: number | undefined;
}
