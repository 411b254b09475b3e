import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ByteSink } from '@duoport/net';
import { fileReceiver } from './local-file.ts';
import type { Destination } from './options.ts';

/** Where a download goes, whatever the caller gave. */
export interface Receiver {
  /** Bytes that are there already; 0 for a new file, undefined where that has no meaning. */
  held(): Promise<number | undefined>;
  /**
   * Begins at this position. Called when the server has begun to send: a refused download leaves nothing
   * behind.
   */
  open(offset: number): Promise<ByteSink>;
  /** Every byte is there. */
  finish(): Promise<void>;
  /** It ends here, incomplete. What arrived is kept. */
  abandon(error: unknown): Promise<void>;
}

export function receiverFor(destination: Destination): Receiver {
  if (typeof destination === 'string') return fileReceiver(destination);
  if (destination instanceof Writable) return streamReceiver(destination);
  if ('getWriter' in destination) return webReceiver(destination);
  return plain(() => Promise.resolve(destination));
}

function streamReceiver(stream: Writable): Receiver {
  // As pipe() does: these two cannot be ended.
  const keepOpen = stream === process.stdout || stream === process.stderr;
  const broken = new AbortController();
  const failed = (error: Error) => broken.abort(error);
  const closed = () => broken.abort(new Error('The stream that takes the download was closed'));
  // Stays: the error that destroys the stream is told by the rejected call, and must not end the process as
  // well.
  stream.on('error', failed);
  stream.once('close', closed);
  const sink: ByteSink = {
    write: async (chunks) => {
      for (const chunk of chunks) {
        if (stream.destroyed) closed();
        broken.signal.throwIfAborted();
        // A copy: our buffers are used again, and a stream may keep what it was given.
        if (stream.write(Uint8Array.from(chunk))) continue;
        await once(stream, 'drain', { signal: broken.signal }).catch(() => broken.signal.throwIfAborted());
      }
    },
  };
  return {
    ...plain(() => Promise.resolve(sink)),
    finish: async () => {
      stream.removeListener('close', closed);
      if (keepOpen) return;
      stream.end();
      await finished(stream);
    },
    abandon: async (error) => {
      stream.removeListener('close', closed);
      if (!keepOpen) stream.destroy(error instanceof Error ? error : undefined);
    },
  };
}

function webReceiver(stream: WritableStream<Uint8Array>): Receiver {
  const writer = stream.getWriter();
  const sink: ByteSink = {
    write: async (chunks) => {
      for (const chunk of chunks) {
        await writer.ready;
        await writer.write(Uint8Array.from(chunk));
      }
    },
  };
  return {
    ...plain(() => Promise.resolve(sink)),
    finish: () => writer.close(),
    abandon: (error) => writer.abort(error).catch(() => undefined),
  };
}

function plain(open: Receiver['open']): Receiver {
  const nothing = () => Promise.resolve();
  return { held: () => Promise.resolve(undefined), open, finish: nothing, abandon: nothing };
}
