import { Writable } from 'node:stream';

/** Keeps what is written. */
export function collected(): { readonly sink: Writable; bytes(): Buffer } {
  const chunks: Uint8Array[] = [];
  const sink = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      chunks.push(Uint8Array.from(chunk));
      done();
    },
  });
  return { sink, bytes: () => Buffer.concat(chunks) };
}
