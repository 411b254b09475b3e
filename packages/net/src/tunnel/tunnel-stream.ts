import type { Http2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Endpoint } from '@duoport/protocol';
import { netLimits } from '../net-limits.ts';
import type { RawStream } from '../raw-stream.ts';
import { breakOff } from './break-off.ts';
import { toldBytes } from './told-bytes.ts';
import { type AskForShortcut, TunnelShortcut } from './tunnel-shortcut.ts';
import { words } from './words.ts';

interface TunnelStreamOptions {
  /** Carries the bytes from the first to the last. */
  readonly carrier?: TLSSocket | undefined;
  readonly ask?: AskForShortcut | undefined;
}

/**
 * One stream of a tunnel as if it were a TCP socket. Node tells the end of an HTTP/2 stream in the same way whether it was
 * finished, reset, or its connection lost. So each end says in its trailers how much it has sent, and only what is told
 * and here is an end; anything else is a reset. With a `carrier` the bytes go over that connection, and the stream says their end.
 */
export function tunnelStream(
  stream: Http2Stream,
  local: Endpoint,
  { carrier, ask }: TunnelStreamOptions = {},
): RawStream {
  const body: Duplex = carrier ?? stream;
  let sent = 0;
  let received = 0;
  let peerEnded = false;
  let ending = false;
  let carrierOver = false;

  const abandon = () => {
    shortcut.drop();
    breakOff(stream);
    carrier?.destroy();
  };
  const add = (direction: 'in' | 'out', bytes: number) => {
    if (direction === 'out') sent += bytes;
    else received += bytes;
    if (direction === 'in' && toldBytes(stream) !== undefined) settle();
  };
  const shortcut = new TunnelShortcut(stream, { sent: () => sent, received: () => received, add }, ask);
  const cut = (cause?: Error) => {
    if (!peerEnded && !duplex.destroyed) duplex.destroy(reset(cause));
  };
  const duplex = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: netLimits.tunnelBuffer,
    writableHighWaterMark: netLimits.tunnelBuffer,
    read: () => {
      body.resume();
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      sent += chunk.length;
      body.write(chunk, done);
      shortcut.progress('out');
    },
    // What waits goes out together: a turn of the event loop for each would be most of the time.
    writev: (chunks, done) => {
      body.cork();
      for (const [index, { chunk }] of chunks.entries()) {
        sent += chunk.length;
        body.write(chunk, index === chunks.length - 1 ? done : undefined);
      }
      body.uncork();
      shortcut.progress('out');
    },
    final: (done) => {
      ending = true;
      if (!shortcut.isUnderWay) shortcut.drop();
      stream.end(() => done());
    },
    destroy: (error, done) => {
      if (error !== null || stream.destroyed) abandon();
      else if (peerEnded || duplex.writableFinished) finish();
      else abandon();
      shortcut.drop();
      done(error);
    },
  });
  /** Both ends are written, or will be: nothing is lost by waiting for the other one. */
  const finish = () => {
    if (!ending) {
      ending = true;
      stream.end();
    }
    body.resume();
    const timer = setTimeout(abandon, netLimits.closeTimeout);
    stream.once('close', () => clearTimeout(timer));
  };
  /** The end has been told, and bytes before it are still on the carrier. */
  const isComing = () =>
    ((carrier !== undefined && !carrierOver) || shortcut.isUnderWay) && (toldBytes(stream) ?? 0) > received;
  const settle = () => {
    if (toldBytes(stream) !== received) return isComing() ? undefined : cut();
    if (peerEnded) return;
    peerEnded = true;
    if (!duplex.destroyed) duplex.push(null);
  };
  // Node ends a stream that is closed early in the same way as one that is ended: it must not claim to be whole.
  stream.on('wantTrailers', () => stream.sendTrailers(ending ? { [words.sent]: String(sent) } : {}));
  body.on('data', (chunk: Uint8Array) => {
    received += chunk.length;
    if (!duplex.destroyed && !duplex.push(chunk)) body.pause();
    if (carrier && toldBytes(stream) !== undefined) settle();
    shortcut.progress('in');
  });
  stream.on('end', () => {
    // The trailers are told in the turn of the end, or before.
    setImmediate(settle);
  });
  stream.on('error', (error: Error) => cut(error));
  stream.on('close', () => setImmediate(() => setImmediate(() => isComing() || cut())));
  if (carrier) {
    stream.resume();
    carrier.on('error', cut).on('close', () => {
      carrierOver = true;
      // What it was short of does not come any more; its end may overtake that of the stream.
      if (toldBytes(stream) !== undefined) settle();
    });
    stream.once('close', () => carrier.end());
    duplex.once('close', () => {
      const timer = setTimeout(() => carrier.destroy(), netLimits.closeTimeout);
      carrier.once('close', () => clearTimeout(timer));
    });
  }
  return Object.defineProperties(
    Object.assign(duplex, {
      mustEnd: true as const,
      shortcut,
      localAddress: local.address,
      localPort: local.port,
      setNoDelay: noEffect,
      setTimeout: (milliseconds: number, onTimeout?: () => void) =>
        (carrier ?? stream).setTimeout(milliseconds, onTimeout),
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
