import { parseAddress } from '@duoport/protocol';
import { plainAddress } from '../address-class.ts';
import { type Network, parseNetwork } from './network.ts';
import { NetworkRanges } from './network-ranges.ts';
import { NetworkTable } from './network-table.ts';

/** A line of a list that is no network. */
export class NetworkListFault extends Error {
  override readonly name = 'NetworkListFault';
  readonly line: number;

  constructor(line: number, text: string) {
    super(`line ${line}: ${text}`);
    this.line = line;
  }
}

/** A longer line is none of a list of networks. */
const longestLine = 1024;
const [newline, hash, semicolon, dot, slash] = [10, 35, 59, 46, 47];

/**
 * A long list of networks that never changes, as they are published: one a line, what stands behind `#` or `;` is a remark. Millions of them
 * take eight bytes each, and a look-up takes a microsecond.
 */
export class NetworkList {
  /** Lines with a network. */
  networks = 0;
  readonly #four = new NetworkRanges((size) => new Uint32Array(size));
  /** The upper 64 bits: no network of a provider is narrower. */
  readonly #six = new NetworkRanges((size) => new BigUint64Array(size));
  readonly #narrow = new NetworkTable<true>();
  #line = 0;

  private constructor() {}

  /** @throws NetworkListFault for a line that is no network. */
  static async read(chunks: AsyncIterable<Uint8Array>): Promise<NetworkList> {
    const list = new NetworkList();
    let rest: Uint8Array = new Uint8Array(0);
    for await (const chunk of chunks) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(newline) + 1;
      list.#lines(bytes.subarray(0, end));
      // A copy: the memory of the chunk may be used again.
      rest = bytes.slice(end);
      if (rest.length > longestLine) throw new NetworkListFault(list.#line + 1, 'too long');
    }
    list.#lines(rest);
    await list.#four.settle();
    await list.#six.settle();
    return list;
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    return this.#four.bytes + this.#six.bytes + 120 * this.#narrow.size;
  }

  has(address: string): boolean {
    if (this.networks === 0) return false;
    const bytes = parseAddress(plainAddress(address));
    if (bytes === undefined) return false;
    if (bytes.length === 4) return this.#four.has(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
    if (this.#six.has(upperHalf(bytes))) return true;
    return this.#narrow.size > 0 && this.#narrow.around(address).next().value === true;
  }

  #lines(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(newline, from);
      const end = found < 0 ? bytes.length : found;
      this.#line += 1;
      if (!this.#plain(bytes, from, end)) this.#other(bytes.subarray(from, end));
      from = end + 1;
    }
  }

  /** The line of nearly all lists, `203.0.113.0/24`, without a string being made of it. False: it is not one. */
  #plain(bytes: Uint8Array, from: number, to: number): boolean {
    const end = bytes[to - 1] === 13 ? to - 1 : to;
    let [word, number, digits, parts] = [0, 0, 0, 0];
    let length = 32;
    for (let at = from; at <= end; at += 1) {
      const byte = at === end ? -1 : (bytes[at] ?? 0);
      if (byte >= 48 && byte <= 57) {
        number = number * 10 + byte - 48;
        digits += 1;
        continue;
      }
      // A zero in front is octal to some and decimal to others.
      if (digits === 0 || digits > 3 || number < (digits === 1 ? 0 : 10 ** (digits - 1))) return false;
      if (parts === 4) {
        if (byte !== -1 || number > 32) return false;
        length = number;
      } else {
        if (number > 255 || byte !== (parts < 3 ? dot : byte === -1 ? -1 : slash)) return false;
        word = word * 256 + number;
        parts += 1;
      }
      [number, digits] = [0, 0];
    }
    if (parts !== 4) return false;
    this.#addFour(word, length);
    return true;
  }

  #other(bytes: Uint8Array): void {
    const remark = bytes.findIndex((byte) => byte === hash || byte === semicolon);
    const text = Buffer.from(remark < 0 ? bytes : bytes.subarray(0, remark))
      .toString('latin1')
      .trim();
    if (text === '') return;
    const network = text.length > longestLine ? undefined : parseNetwork(text);
    if (network === undefined)
      throw new NetworkListFault(this.#line, `${JSON.stringify(text.slice(0, 60))} is no network`);
    if (network.bytes.length === 4) {
      const { buffer, byteOffset } = network.bytes;
      this.#addFour(new DataView(buffer, byteOffset).getUint32(0), network.length);
    } else this.#addSix(network);
  }

  #addFour(word: number, length: number): void {
    const size = 2 ** (32 - length);
    const first = word - (word % size);
    this.networks += 1;
    this.#four.add(first, first + size - 1);
  }

  #addSix(network: Network): void {
    this.networks += 1;
    if (network.length > 64) {
      this.#narrow.set(network, true);
      return;
    }
    const first = upperHalf(network.bytes);
    this.#six.add(first, first + (1n << BigInt(64 - network.length)) - 1n);
  }
}

function upperHalf(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
}
