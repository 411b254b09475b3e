import type { RawStream } from './raw-stream.ts';

/**
 * Closes with a reset. Where the kernel has everything and has just been asked for the FIN, it is closed as it is: libuv resets no
 * connection that it is shutting down, and Node would keep such a one open for ever.
 */
export function resetStream(stream: RawStream): void {
  const { writableEnded, writableFinished, writableLength } = stream;
  if (writableEnded && !writableFinished && writableLength === 0) stream.destroy();
  else stream.resetAndDestroy();
}
