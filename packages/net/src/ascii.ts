import type { ChunkTransform } from './bytes.ts';

/** TYPE A, sending: LF becomes CRLF; CRLF that is there already stays (RFC 959 §3.1.1.1). */
export function asciiToWire(): ChunkTransform {
  throw new Error('not yet');
}

/** TYPE A, receiving: CRLF becomes LF; a bare CR is kept. */
export function asciiToLocal(): ChunkTransform {
  throw new Error('not yet');
}
