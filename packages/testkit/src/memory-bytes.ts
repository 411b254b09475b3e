import type { ByteSink, ByteSource } from '@duoport/net';

/** A source of these bytes. `async`: every read takes a turn of the event loop. */
export function memorySource(
  bytes: Uint8Array,
  options: { readonly async?: boolean; readonly unknownSize?: boolean; readonly chunk?: number } = {},
): ByteSource & { readonly reads: () => number; readonly isClosed: () => boolean } {
  let reads = 0;
  let closed = false;
  const read = (into: Uint8Array, at: number): number => {
    reads += 1;
    const part = bytes.subarray(at, at + Math.min(into.length, options.chunk ?? into.length));
    into.set(part);
    return part.length;
  };
  return {
    ...(options.unknownSize ? {} : { size: bytes.length }),
    read: options.async
      ? (into, at) => new Promise((resolve) => setImmediate(() => resolve(read(into, at))))
      : read,
    close: () => {
      closed = true;
    },
    reads: () => reads,
    isClosed: () => closed,
  };
}

/** A sink that keeps what it gets; it checks that every chunk comes where the last one ended. */
export function memorySink(options: { readonly async?: boolean; readonly offset?: number } = {}): ByteSink & {
  readonly bytes: () => Uint8Array;
} {
  const parts: Uint8Array[] = [];
  let expected = options.offset ?? 0;
  const take = (chunks: readonly Uint8Array[]): void => {
    for (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  };
  return {
    write: (chunks, at) => {
      if (at !== expected) throw new Error(`chunk at ${at}, expected ${expected}`);
      for (const chunk of chunks) expected += chunk.length;
      if (!options.async) return take(chunks);
      // Copied late: whoever reuses the memory before this has resolved is found out.
      return new Promise((resolve) => {
        setImmediate(() => {
          take(chunks);
          resolve();
        });
      });
    },
    bytes: () => {
      const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}

/** Bytes that repeat nowhere near, the same for the same size. */
export function patternBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 0x9e3779b9;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
