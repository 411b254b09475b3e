import type { RawStream } from './raw-stream.ts';

const nothing = new Uint8Array(0);

/**
 * Whether what looks like the end of a stream is a reset. libuv takes a reset that it hears of together with the last bytes for a plain
 * end (a hang-up after a short read), and a file that was cut would pass for a whole one. An empty write asks the kernel: it sends
 * nothing, and fails on a connection that was reset. Not for TLS, whose end is close_notify.
 */
export function hiddenReset(socket: RawStream): Error | undefined {
  if (socket.mustEnd || socket.destroyed || !socket.writable) return undefined;
  socket.write(nothing, ignore);
  return socket.errored ?? undefined;
}

function ignore(): void {}
