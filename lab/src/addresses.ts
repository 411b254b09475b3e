import { formatAddress, parseAddress } from '@duoport/protocol';

/** A network: its first address, and how many of its bits are the network's. */
export interface Network {
  readonly family: 4 | 6;
  readonly base: Uint8Array;
  readonly prefix: number;
}

/** `10.1.0.0/24`. Throws on what is none: a topology is written by us. */
export function parseNetwork(text: string): Network {
  const [address = '', prefix = ''] = text.split('/');
  const bytes = parseAddress(address);
  const length = Number(prefix);
  if (bytes === undefined || !/^\d+$/.test(prefix) || length > bytes.length * 8) {
    throw new Error(`${text} is no network: write 10.1.0.0/24`);
  }
  return { family: bytes.length === 4 ? 4 : 6, base: masked(bytes, length), prefix: length };
}

export function formatNetwork(network: Network): string {
  return `${formatAddress(network.base)}/${network.prefix}`;
}

/** The address at this place of a network, at most 255: 1 is the first that a host can have. */
export function addressAt({ base }: Network, place: number): string {
  const bytes = Uint8Array.from(base);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + place;
  return formatAddress(bytes);
}

export function contains({ base, prefix }: Network, address: string): boolean {
  const bytes = parseAddress(address);
  return bytes?.length === base.length && masked(bytes, prefix).every((byte, at) => byte === base[at]);
}

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(parseNetwork);

/** Networks that nobody routes on the Internet: RFC 1918, RFC 4193. */
export function isPrivate(network: Network): boolean {
  const first = formatAddress(network.base);
  return privateNetworks.some((one) => contains(one, first));
}

function masked(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, at) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * at));
    return byte & (0xff << (8 - bits));
  });
}
