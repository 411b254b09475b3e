import { type Endpoint, FtpTimeoutError, FtpTransferError, limits } from '@duoport/protocol';
import type { PumpOptions } from './bytes.ts';
import type { RawStream } from './raw-stream.ts';

/** What a pump needs to know of the connection it runs on. */
export interface PumpContext {
  readonly direction: 'send' | 'receive';
  readonly peer: Endpoint;
  /** The socket whose activity shows that bytes move. */
  readonly socket: Pick<RawStream, 'setTimeout'>;
  /** The transfer waits for the disk, not for the peer: then nothing stalls. */
  readonly waitsForUs: () => boolean;
  /** Payload bytes moved so far. */
  readonly moved: () => number;
  readonly fail: (error: unknown) => void;
}

/** Watches for abort and stall. Returns what ends the watch; call it on every path. */
export function watch(options: PumpOptions, context: PumpContext): () => void {
  const { signal } = options;
  const { socket, fail } = context;
  const after = options.stallTimeout ?? limits.stallTimeout;
  const onAbort = () => fail(signal?.reason);
  const onTimeout = () => {
    if (context.waitsForUs()) socket.setTimeout(after);
    else fail(stalled(context, after));
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (after > 0) socket.setTimeout(after, onTimeout);
  return () => {
    signal?.removeEventListener('abort', onAbort);
    if (after > 0) socket.setTimeout(0, onTimeout);
  };
}

function stalled(context: PumpContext, after: number): FtpTimeoutError {
  const { direction, peer } = context;
  const what = direction === 'send' ? 'The peer took no byte' : 'The peer sent no byte';
  return new FtpTimeoutError(
    `${what} on the data connection for ${after} ms; ${context.moved()} had been moved`,
    {
      channel: 'data',
      phase: 'transfer',
      peer,
      after,
    },
  );
}

/** The connection broke in the middle. */
export function broken(
  context: Pick<PumpContext, 'direction' | 'moved'>,
  cause: Error | undefined,
): FtpTransferError {
  const { direction } = context;
  const bytes = context.moved();
  const code = cause && 'code' in cause ? String(cause.code) : undefined;
  const what =
    code === 'ECONNRESET' || code === 'EPIPE'
      ? 'The peer broke the data connection off'
      : `The data connection broke${cause ? `: ${cause.message}` : ''}`;
  return new FtpTransferError(`${what} after ${bytes} bytes; the transfer can be resumed from there`, {
    direction,
    bytes,
    resumable: true,
    cause,
  });
}

/** A TLS stream that stopped without close_notify: somebody on the way may have cut it (RFC 8446 §6.1). */
export function truncated(bytes: number): FtpTransferError {
  return new FtpTransferError(
    `The TLS data connection ended after ${bytes} bytes without close_notify: the file may have been cut short`,
    { direction: 'receive', bytes, resumable: true },
  );
}
