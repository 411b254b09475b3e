import type { Http2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { Endpoint } from '@duoport/protocol';
import { netLimits } from '../net-limits.ts';
import type { RawStream } from '../raw-stream.ts';
import { breakOff } from './break-off.ts';
import { words } from './words.ts';

/**
 * One stream of a tunnel as if it were a TCP socket. Node tells the end of an HTTP/2 stream in the same way whether it was
 * finished, reset, or its connection lost. So each end says in its trailers how much it has sent, and only what is told
 * and here is an end; anything else is a reset.
 */
export function tunnelStream(stream: Http2Stream, local: Endpoint): RawStream {
  let sent = 0;
  let received = 0;
  let told: number | undefined;
  let peerEnded = false;
  let ending = false;

  const abandon = () => {
    breakOff(stream);
  };
  const cut = (cause?: Error) => {
    if (!peerEnded && !duplex.destroyed) duplex.destroy(reset(cause));
  };
  const duplex = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: netLimits.tunnelBuffer,
    writableHighWaterMark: netLimits.tunnelBuffer,
    read: () => {
      stream.resume();
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      sent += chunk.length;
      stream.write(chunk, done);
    },
    // What waits goes out together: a turn of the event loop for each would be most of the time.
    writev: (chunks, done) => {
      stream.cork();
      for (const [index, { chunk }] of chunks.entries()) {
        sent += chunk.length;
        stream.write(chunk, index === chunks.length - 1 ? done : undefined);
      }
      stream.uncork();
    },
    final: (done) => {
      ending = true;
      stream.end(() => done());
    },
    destroy: (error, done) => {
      if (error !== null || stream.destroyed) abandon();
      else if (peerEnded || duplex.writableFinished) finish();
      else abandon();
      done(error);
    },
  });
  /** Both ends are written, or will be: nothing is lost by waiting for the other one. */
  const finish = () => {
    if (!ending) {
      ending = true;
      stream.end();
    }
    stream.resume();
    const timer = setTimeout(abandon, netLimits.closeTimeout);
    stream.once('close', () => clearTimeout(timer));
  };
  // Node ends a stream that is closed early in the same way as one that is ended: it must not claim to be whole.
  stream.on('wantTrailers', () => stream.sendTrailers(ending ? { [words.sent]: String(sent) } : {}));
  stream.on('trailers', (headers) => {
    told = Number(headers[words.sent] ?? Number.NaN);
  });
  stream.on('data', (chunk: Uint8Array) => {
    received += chunk.length;
    if (!duplex.destroyed && !duplex.push(chunk)) stream.pause();
  });
  stream.on('end', () => {
    // The trailers are told in the turn of the end, or before.
    setImmediate(() => {
      if (told !== received) return cut();
      peerEnded = true;
      if (!duplex.destroyed) duplex.push(null);
    });
  });
  stream.on('error', (error: Error) => cut(error));
  stream.on('close', () => setImmediate(() => setImmediate(cut)));
  return Object.defineProperties(
    Object.assign(duplex, {
      mustEnd: true as const,
      localAddress: local.address,
      localPort: local.port,
      setNoDelay: noEffect,
      setTimeout: (milliseconds: number, onTimeout?: () => void) =>
        stream.setTimeout(milliseconds, onTimeout),
      resetAndDestroy: () => {
        abandon();
        duplex.destroy();
      },
      readyState: 'open',
    }),
    { readyState: { get: () => (duplex.destroyed ? 'closed' : 'open') } },
  );
}

/** Frames go out as they are written. */
function noEffect(): void {}

function reset(cause: Error | undefined): Error {
  return Object.assign(new Error('The tunnel, or its other end, broke the connection off', { cause }), {
    code: 'ECONNRESET',
  });
}
