import type { ByteSource } from '@duoport/net';
import { encodeText } from '@duoport/protocol';

/**
 * A listing as the source of a transfer: text made batch by batch, as fast as the data connection takes it. The first
 * batch is made now, so that a directory that cannot be read is told before a data connection is opened for it.
 */
export async function listingSource(batches: AsyncIterator<string>): Promise<ByteSource> {
  const first = await batches.next();
  let rest: Uint8Array = first.done === true ? new Uint8Array() : encode(first.value);
  let ended = first.done === true;
  return {
    async read(into) {
      let filled = 0;
      // A batch is a few kilobytes: gather until a write is worth its system call.
      while (filled < into.length) {
        if (rest.length === 0) {
          if (ended || filled > into.length / 2) break;
          const next = await batches.next();
          if (next.done === true) ended = true;
          else rest = encode(next.value);
          continue;
        }
        const count = Math.min(rest.length, into.length - filled);
        into.set(rest.subarray(0, count), filled);
        rest = rest.subarray(count);
        filled += count;
      }
      return filled;
    },
    async close() {
      await batches.return?.();
    },
  };
}

/** ASCII, as nearly every listing is, is copied as it stands. */
function encode(text: string): Uint8Array {
  return /[^\x00-\x7f]/.test(text) ? encodeText(text) : Buffer.from(text, 'latin1');
}
