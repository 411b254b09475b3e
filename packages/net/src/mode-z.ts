import type { ChunkTransform } from './bytes.ts';

/** MODE Z (deflate draft), sending: a zlib stream. `level` 1–9. */
export function deflateToWire(_level?: number): ChunkTransform {
  throw new Error('not yet');
}

export interface InflateOptions {
  /** Bytes that may come out at most: FTP_LIMIT beyond. Default: unlimited, output is handed on in bounded pieces. */
  readonly maxBytes?: number | undefined;
  /** Output may be at most this many times the input once 1 MiB has come out: FTP_LIMIT beyond. Default: 1100 (deflate's own bound is 1032). */
  readonly maxRatio?: number | undefined;
}

/** MODE Z, receiving. */
export function inflateFromWire(_options?: InflateOptions): ChunkTransform {
  throw new Error('not yet');
}
