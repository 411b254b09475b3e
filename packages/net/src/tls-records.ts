import { Duplex } from 'node:stream';
import type { RawStream } from './raw-stream.ts';

/** Stands between a TCP socket and a TLS socket and can take TLS off again. */
export interface RecordBridge {
  readonly stream: Duplex;
  /** Waits until `tls` has ended in both directions, then hands the TCP socket back, what is unread in it included. */
  release(tls: Duplex, done: () => void): void;
}

const HEADER = 5;

/**
 * Gives the TLS socket one whole record at a time (RFC 8446 §5.1: type, version, length), so that nothing that follows the
 * peer’s close_notify is swallowed: clear commands may come in the same segment (RFC 4217 §5). For control connections
 * that may send CCC only.
 */
export function recordBridge(socket: RawStream): RecordBridge {
  let rest: Buffer = Buffer.alloc(0);
  let releasing: { readonly tls: Duplex; readonly done: () => void } | undefined;
  let ended = false;
  let waiting = false;
  let isFree = false;

  const feed = (): void => {
    while (!waiting && !isFree) {
      const size = rest.length >= HEADER ? HEADER + rest.readUInt16BE(3) : Number.POSITIVE_INFINITY;
      if (rest.length < size) {
        if (ended) stream.push(null);
        return;
      }
      const record = rest.subarray(0, size);
      rest = rest.subarray(size);
      if (!stream.push(record)) socket.pause();
      if (!releasing) continue;
      // Whether that record was the close_notify is known once the TLS socket has had its turn.
      waiting = true;
      setImmediate(() => {
        waiting = false;
        feed();
      });
    }
  };
  const onData = (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    feed();
  };
  const onEnd = (): void => {
    ended = true;
    feed();
  };
  const onError = (error: Error): void => {
    stream.destroy(error);
  };
  const onClose = (): void => {
    stream.destroy();
  };
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => {
      if (!isFree) socket.resume();
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      socket.write(chunk, done);
    },
    final: (done) => {
      // While TLS is taken off, its end is not the end of the TCP connection.
      if (releasing) done();
      else socket.end(done);
    },
    destroy: (error, done) => {
      if (!isFree) socket.destroy();
      done(error);
    },
  });
  socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  socket.resume();

  const release = (tls: Duplex, done: () => void): void => {
    releasing = { tls, done };
    const check = (): void => {
      if (isFree || !tls.readableEnded || !tls.writableFinished) return;
      if (ended && rest.length === 0) {
        // That was a FIN, not the end of TLS alone.
        socket.destroy();
        return;
      }
      isFree = true;
      socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      socket.pause();
      tls.on('error', () => {});
      tls.destroy();
      if (rest.length > 0) socket.unshift(rest);
      done();
    };
    tls.on('end', check).on('finish', check);
    check();
  };
  return { stream, release };
}
