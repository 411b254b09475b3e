import { Duplex } from 'node:stream';
import { adopt } from './adopt.ts';
import { giveBack, takeLarge, takeSmall } from './buffers.ts';
import { netLimits } from './net-limits.ts';
import type { RawStream } from './raw-stream.ts';
import { readBuffered } from './read-buffered.ts';
import type { TicketHold } from './ticket-hold.ts';

/**
 * Stands between a TCP socket and a TLS socket, so that we see the TCP end apart from the TLS end: Node reports a FIN without
 * close_notify exactly like a proper end (truncation), and cannot hand a socket back once TLS has it (CCC). Receiving through
 * it is as fast as without, because it reads up to 1 MiB at once; sending is a third slower.
 */
export interface TlsBridge {
  /** What the TLS socket is built on. */
  readonly stream: Duplex;
  /** The TCP socket that sees all activity. */
  readonly socket: RawStream;
  /** The peer's FIN was read. It is kept from the TLS socket: the owner decides what it means. */
  readonly ended: boolean;
  /** Nothing waits to be read by the TLS socket. */
  readonly empty: boolean;
  /** Set by the owner: called at the peer's FIN, and when the TCP connection breaks. */
  onEnd: (() => void) | undefined;
  onError: ((error: Error) => void) | undefined;
}

export function tlsBridge(raw: RawStream, hold?: TicketHold): TlsBridge {
  let buffer = takeSmall();
  const read = (count: number): boolean => {
    // A TLS socket that reads takes the bytes before push() returns; one that is paused stops us, so that the buffer
    // is not written to before it has been taken.
    if (hold?.isHolding === false) hold.see(buffer.subarray(0, count));
    const taken = stream.push(buffer.subarray(0, count));
    if (count === netLimits.smallTransfer && taken && buffer.length === count) {
      giveBack(buffer);
      buffer = takeLarge();
    }
    return taken;
  };
  // What was read to find out whose connection this is.
  const head = readBuffered(raw);
  const adopted = adopt(raw, { buffer: () => buffer, callback: read });
  const socket: RawStream = adopted ?? raw;
  const stream = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: 1,
    read: () => {
      if (socket.readyState !== 'closed') socket.resume();
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      if (hold?.isHolding !== true) {
        socket.write(chunk, done);
        return;
      }
      hold.keep(chunk);
      done();
    },
    final: (done) => {
      for (const chunk of hold?.takeKept() ?? []) socket.write(chunk);
      socket.end(done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  const bridge = {
    stream,
    socket,
    ended: false,
    onEnd: undefined as (() => void) | undefined,
    onError: undefined as ((error: Error) => void) | undefined,
    get empty() {
      return stream.readableLength === 0;
    },
  };
  if (!adopted) {
    socket.on('data', (chunk) => {
      if (hold?.isHolding === false) hold.see(chunk);
      if (!stream.push(chunk)) socket.pause();
    });
  }
  socket.on('end', () => {
    bridge.ended = true;
    bridge.onEnd?.();
  });
  socket.on('error', (error) => {
    bridge.onError?.(error);
    stream.destroy(error);
  });
  if (head !== undefined) {
    hold?.see(head);
    stream.push(head);
  }
  socket.on('close', () => {
    stream.destroy();
    if (buffer !== EMPTY) giveBack(buffer);
    buffer = EMPTY;
  });
  return bridge;
}

const EMPTY = new Uint8Array(0);
