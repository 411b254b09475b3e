import { Writable } from 'node:stream';

/** A stream into another one that ends without ending it: standard output is still needed for the next file. */
export function passingTo(output: Writable): Writable {
  return new Writable({
    // The chunk's memory may be used again once `done` is called, so it is only called when the bytes are out.
    write: (chunk: Uint8Array, _encoding, done) => {
      output.write(chunk, (error) => done(error));
    },
  });
}
