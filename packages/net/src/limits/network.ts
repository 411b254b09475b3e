import { formatAddress, parseAddress } from '@duoport/protocol';
import { plainAddress } from '../address-class.ts';

/** A network of addresses, or one address: 4 or 16 bytes with nothing set behind the first `length` bits. */
export interface Network {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, one address. Bits behind the length do not count. Undefined: it is no network. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bytes = parseAddress(address);
  if (bytes === undefined) return undefined;
  // Of an IPv4 address in IPv6's clothes 96 bits are the clothes.
  const clothes = bytes.length === 4 && address.includes(':') ? 96 : 0;
  const bits = length === undefined ? 8 * bytes.length : Number(length) - clothes;
  return bits < 0 || bits > 8 * bytes.length ? undefined : network(bytes, bits);
}

/** The network of so many leading bits that an address is in. Undefined: it is no address. */
export function networkAround(address: string, bits: { readonly four: number; readonly six: number }) {
  const bytes = parseAddress(plainAddress(address));
  return bytes && network(bytes, bytes.length === 4 ? bits.four : bits.six);
}

/** A single address is written without a length. */
export function formatNetwork({ bytes, length }: Network): string {
  const text = formatAddress(bytes);
  return length === 8 * bytes.length ? text : `${text}/${length}`;
}

function network(bytes: Uint8Array, length: number): Network {
  const kept = bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * at))));
  return { bytes: kept, length };
}
