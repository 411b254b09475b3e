import type { ByteSource } from '@duoport/net';
import { FtpLocalError } from '@duoport/protocol';
import { fileSender } from './local-file.ts';
import type { Source } from './options.ts';

/** Where an upload comes from, whatever the caller gave. */
export interface Sender {
  /** The bytes from this position on. A source that comes once begins there already. */
  from(offset: number): ByteSource;
  /** False: the bytes come once, from the first on. */
  readonly seekable: boolean;
  close(): Promise<void>;
}

/** Opens the source before anything is sent: an upload whose file is missing must not touch the server. */
export async function senderFor(given: Source): Promise<Sender> {
  if (typeof given === 'string') return fileSender(given);
  if (given instanceof Uint8Array) return bytesSender(given);
  if ('read' in given && !('readable' in given)) {
    return { from: () => given, seekable: true, close: async () => given.close?.() };
  }
  return iterableSender(given as AsyncIterable<Uint8Array>);
}

/** Bytes in memory. */
export function bytesSender(bytes: Uint8Array): Sender {
  const from = (offset: number): ByteSource => ({
    size: Math.max(0, bytes.length - offset),
    read(into, at) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
  });
  return { from, seekable: true, close: () => Promise.resolve() };
}

function iterableSender(chunks: AsyncIterable<Uint8Array>): Sender {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  const source: ByteSource = {
    async read(into) {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done === true) return 0;
        rest = bytesOf(next.value);
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
  };
  // A source that was not read to its end must learn that nobody will.
  const close = async () => {
    await iterator.return?.();
  };
  return { from: () => source, seekable: false, close };
}

function bytesOf(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  throw new FtpLocalError('The source of an upload gave something that is neither bytes nor text');
}
