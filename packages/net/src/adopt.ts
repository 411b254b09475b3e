import { Socket } from 'node:net';
import type { RawStream } from './raw-stream.ts';

/** Reads straight into memory of ours, several times faster than a fresh buffer a read. */
export interface UserBuffer {
  /** Asked for after every read: where the next one goes. Never empty. */
  buffer(): Uint8Array;
  /** `count` bytes were put at the start of the last buffer. False: stop reading until `resume()`. */
  callback(count: number): boolean;
}

/** Node keeps the kernel's end of a socket here; undocumented, and in place from Node 0.x to 26. */
interface WithHandle {
  _handle: { reading: boolean; readStop(): number } | null;
}

/**
 * Node takes `onread` only from whoever dials, not for accepted sockets, and only before it is known what the connection is
 * for. So the kernel handle moves to a new socket when a transfer turns out to be long. Undefined when that is not possible (bytes
 * wait in the old socket to be read or written, no handle): go on with 'data' events then. The new socket reads at once, and also hears an end that
 * the old one has heard and not told. Not to be called from within a read of the socket.
 */
export function adopt(socket: RawStream, user: UserBuffer): Socket | undefined {
  const holder = socket as unknown as WithHandle;
  const handle = holder._handle;
  if (!handle || socket.readableLength > 0 || socket.writableLength > 0) return undefined;
  if (socket.readableFlowing === true || socket.readableEnded) return undefined;
  // The new socket starts to read only when the handle says that it does not.
  handle.readStop();
  handle.reading = false;
  holder._handle = null;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: { buffer: user.buffer, callback: user.callback },
  };
  const adopted = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  // Without its handle this closes nothing; it lets the listener stop counting the old socket.
  socket.destroy();
  return adopted;
}
