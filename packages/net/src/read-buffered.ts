import type { Readable } from 'node:stream';

/** All that a stream has read ahead, as one piece: from Node 26 on, one call of `read` gives one chunk of several. */
export function readBuffered(stream: Readable): Buffer | undefined {
  const chunks: Buffer[] = [];
  while (stream.readableLength > 0) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) break;
    chunks.push(chunk);
  }
  return chunks.length > 1 ? Buffer.concat(chunks) : chunks[0];
}
