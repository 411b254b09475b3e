import type { Readable } from 'node:stream';
import { FtpRemoteError, isFault, type ProtocolFault } from '@duoport/protocol';
import { readBuffered } from './read-buffered.ts';

interface HeadOptions<Head extends { readonly size: number }> {
  /** For errors: `PROXY`. */
  readonly what: string;
  /** Milliseconds to the whole head. */
  readonly timeout: number;
  /** `more`: bytes are missing. `size`: how many are taken. */
  decode(bytes: Uint8Array): 'more' | ProtocolFault | Head;
}

/**
 * Reads what stands before the payload of a connection; what follows it is put back. `socket` is paused and not read from, also
 * afterwards. Rejects with FTP_REMOTE_PROTOCOL; the socket is then for the caller to destroy.
 */
export function takeHead<Head extends { readonly size: number }>(
  socket: Readable,
  { what, timeout, decode }: HeadOptions<Head>,
): Promise<Head> {
  return new Promise((resolve, reject) => {
    let read: Uint8Array = new Uint8Array(0);
    let isOver = false;
    const settle = () => {
      isOver = true;
      clearTimeout(timer);
      socket.off('readable', onReadable).off('end', onGone).off('close', onGone);
    };
    const fail = (because: string) => {
      settle();
      reject(new FtpRemoteError(`${what}: ${because}`));
    };
    const onReadable = () => {
      const chunk = readBuffered(socket);
      if (chunk === undefined || isOver) return;
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
      const decoded = decode(read);
      if (decoded === 'more') return;
      if (isFault(decoded)) return fail(decoded.fault);
      settle();
      socket.pause();
      // In the turn of the last read, before the stream can tell an end that followed.
      if (read.length > decoded.size) socket.unshift(read.subarray(decoded.size));
      resolve(decoded);
    };
    const onGone = () => fail('the connection ended too early');
    const timer = setTimeout(() => fail(`not complete within ${timeout} ms`), timeout);
    socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', ignore);
  });
}

function ignore(): void {}
