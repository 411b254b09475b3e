import { parseAddress } from '@duoport/protocol';
import { plainAddress } from '../address-class.ts';
import type { Network } from './network.ts';

/** Networks of one family by their length: an address is looked for once for each length that there is. */
class Family<Key> {
  readonly #entries = new Map<Key, unknown>();
  readonly #counts: number[];
  /** Lengths that somebody has, the longest first. */
  #lengths: readonly number[] = [];

  constructor(bits: number) {
    this.#counts = new Array<number>(bits + 1).fill(0);
  }

  get lengths(): readonly number[] {
    return this.#lengths;
  }

  get entries(): ReadonlyMap<Key, unknown> {
    return this.#entries;
  }

  set(key: Key, length: number, value: unknown): void {
    if (!this.#entries.has(key)) this.#count(length, 1);
    this.#entries.set(key, value);
  }

  delete(key: Key, length: number): boolean {
    const was = this.#entries.delete(key);
    if (was) this.#count(length, -1);
    return was;
  }

  #count(length: number, by: 1 | -1): void {
    const count = (this.#counts[length] ?? 0) + by;
    this.#counts[length] = count;
    if (count !== (by === 1 ? 1 : 0)) return;
    this.#lengths = this.#counts.flatMap((each, at) => (each > 0 ? [at] : [])).reverse();
  }
}

/** Values of networks, found by an address in microseconds, however many there are: about 60 bytes for one of IPv4. */
export class NetworkTable<Value> {
  readonly #four = new Family<number>(32);
  readonly #six = new Family<string>(128);

  get size(): number {
    return this.#four.entries.size + this.#six.entries.size;
  }

  set({ bytes, length }: Network, value: Value): void {
    if (bytes.length === 4) this.#four.set(keyOfFour(wordOf(bytes), length), length, value);
    else this.#six.set(keyOfSix(bytes, length), length, value);
  }

  get({ bytes, length }: Network): Value | undefined {
    const found =
      bytes.length === 4
        ? this.#four.entries.get(keyOfFour(wordOf(bytes), length))
        : this.#six.entries.get(keyOfSix(bytes, length));
    return found as Value | undefined;
  }

  delete({ bytes, length }: Network): boolean {
    return bytes.length === 4
      ? this.#four.delete(keyOfFour(wordOf(bytes), length), length)
      : this.#six.delete(keyOfSix(bytes, length), length);
  }

  /** The values of the networks that the address is in, the narrowest first. */
  *around(address: string): Generator<Value> {
    if (this.size === 0) return;
    const bytes = parseAddress(plainAddress(address));
    if (bytes === undefined) return;
    if (bytes.length === 4) {
      const word = wordOf(bytes);
      for (const length of this.#four.lengths) {
        const found = this.#four.entries.get(keyOfFour(maskOf(word, length), length));
        if (found !== undefined) yield found as Value;
      }
      return;
    }
    for (const length of this.#six.lengths) {
      const found = this.#six.entries.get(keyOfSix(bytes, length));
      if (found !== undefined) yield found as Value;
    }
  }
}

/** The 32 bits of an IPv4 address. */
function wordOf(bytes: Uint8Array): number {
  return (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0;
}

function maskOf(word: number, length: number): number {
  return length === 0 ? 0 : (word & (0xffff_ffff << (32 - length))) >>> 0;
}

function keyOfFour(word: number, length: number): number {
  return word * 64 + length;
}

/** Eight letters and the length: a short string is the smallest key there is for 128 bits. */
function keyOfSix(bytes: Uint8Array, length: number): string {
  let key = '';
  for (let at = 0; at < 16 && 8 * at < length; at += 2) {
    const word = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    key += String.fromCharCode(word & (0xffff_0000 >> Math.min(16, length - 8 * at)));
  }
  return key + String.fromCharCode(length);
}
