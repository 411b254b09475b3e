/**
 * Bytes that a transfer takes ahead: as many as it has moved already, between these. This is what it may keep from others without having
 * needed it yet.
 */
const smallest = 256 * 1024;
const largest = 4 * 1024 * 1024;

export function blockAfter(moved: number): number {
  return Math.min(largest, Math.max(smallest, moved));
}

export function total(chunks: readonly Uint8Array[]): number {
  let sum = 0;
  for (const chunk of chunks) sum += chunk.length;
  return sum;
}

/** The bytes from `from` up to `end` of all chunks together. */
export function pieceOf(chunks: readonly Uint8Array[], from: number, end: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, end - at));
    if (part.length > 0) found.push(part);
    at += chunk.length;
  }
  return found;
}
