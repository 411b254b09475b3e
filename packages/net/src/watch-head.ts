import type { RawStream } from './raw-stream.ts';
import { readBuffered } from './read-buffered.ts';

export interface HeadWatcher {
  /** The next bytes. False: enough, what comes after them stays unread. */
  bytes(chunk: Uint8Array): boolean;
  /** The peer has sent its FIN, and nothing before it. */
  ended(): void;
  gone(): void;
}

export interface HeadWatch {
  /** Puts back what was read. */
  end(): void;
}

/** Shows what comes first on a connection, without taking it: whoever gets it reads it from the first byte. */
export function watchHead(stream: RawStream, watcher: HeadWatcher): HeadWatch {
  const read: Buffer[] = [];
  let reading = true;
  const onReadable = () => {
    const chunk = readBuffered(stream);
    if (chunk === undefined || !reading) return;
    read.push(chunk);
    if (!watcher.bytes(chunk)) stop();
  };
  const onGone = () => watcher.gone();
  const onEnd = () => (read.length === 0 ? watcher.ended() : stream.destroy());
  const stop = () => {
    if (!reading) return;
    reading = false;
    stream.off('readable', onReadable).off('end', onEnd);
    stream.pause();
    // In the turn of the last read, before the stream can tell an end that followed.
    if (read.length > 0 && !stream.destroyed) stream.unshift(Buffer.concat(read));
  };
  stream.on('readable', onReadable).on('end', onEnd).on('close', onGone).on('error', ignore);
  return {
    end: () => {
      stop();
      stream.off('close', onGone);
    },
  };
}

function ignore(): void {}
