import { type Address, formatAddress, parseAddress } from './address.ts';
import { wrong } from './firewall-error.ts';

/** A network, checked. `text` is canonical: built from the parsed number, never the text that came in. */
export interface Network {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
  /** Bits of the prefix; 32 or 128: one host. */
  readonly prefix: number;
  /** `10.0.0.0/8`, or a bare address for one host. */
  readonly text: string;
}

/** `what` names the field in the error. */
export function parseNetwork(text: string, what: string): Network {
  const [host = '', bits, ...rest] = typeof text === 'string' ? text.split('/') : [''];
  const address = parseAddress(host);
  const most = address?.family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (address === undefined || rest.length > 0 || !(prefix <= most)) {
    return wrong(
      `${what}: ${quoted(text)} is no address and no network. Write 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.`,
    );
  }
  const network = networkOf(address, prefix);
  if (network.bytes.some((byte, index) => byte !== address.bytes[index])) {
    return wrong(
      `${what}: ${quoted(text)} has bits set behind its prefix. Write ${network.text}, or the host alone.`,
    );
  }
  return network;
}

/** One host, without a prefix. */
export function parseHost(text: string, what: string): Network {
  const address = typeof text === 'string' ? parseAddress(text) : undefined;
  if (address === undefined)
    return wrong(`${what}: ${quoted(text)} is no IP address. Write for example 192.0.2.7.`);
  return networkOf(address, address.family === 4 ? 32 : 128);
}

/** Without doubles, and without networks that lie inside another one: the same addresses, in an order that never changes. */
export function withoutOverlap(networks: readonly Network[]): readonly Network[] {
  return networks.filter(
    (one, index) =>
      !networks.some(
        (other, place) => place !== index && holds(other, one) && !(holds(one, other) && place > index),
      ),
  );
}

/** Whether every address of `inner` lies in `outer`. */
function holds(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  return masked(inner.bytes, outer.prefix).every((byte, index) => byte === outer.bytes[index]);
}

/** Whether the text of a checked request (or of a flow) is IPv6. */
export function familyOf(text: string): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}

function networkOf(address: Address, prefix: number): Network {
  const bytes = masked(address.bytes, prefix);
  const { family } = address;
  const text = formatAddress({ family, bytes });
  return { family, bytes, prefix, text: prefix === bytes.length * 8 ? text : `${text}/${prefix}` };
}

function masked(bytes: readonly number[], prefix: number): readonly number[] {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, prefix - index * 8))) & 0xff);
}

/** What came in, as far as it may be shown in a message: short, and nothing but plain characters. */
export function quoted(text: unknown): string {
  const plain = String(text).replace(/[^\x20-\x7e]/g, '?');
  return `"${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}"`;
}
