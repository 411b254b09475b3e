import { isIP } from 'node:net';

/** A network: its first address and prefix length, as numbers that can be compared. */
export interface Network {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

/** `10.1.0.0/24`. Throws on what is none: a topology is written by us. */
export function parseNetwork(text: string): Network {
  const [address = '', prefix = ''] = text.split('/');
  const family = isIP(address);
  const length = Number(prefix);
  if ((family !== 4 && family !== 6) || prefix === '' || !(length >= 0 && length <= widthOf(family))) {
    throw new Error(`${text} is no network: write 10.1.0.0/24`);
  }
  const host = BigInt(widthOf(family) - length);
  return { family, base: (addressValue(address) >> host) << host, prefix: length };
}

export function formatNetwork(network: Network): string {
  return `${formatAddress(network.base, network.family)}/${network.prefix}`;
}

/** The address at this place of a network: 1 is the first that a host can have. */
export function addressAt(network: Network, place: number): string {
  return formatAddress(network.base + BigInt(place), network.family);
}

export function contains(network: Network, address: string): boolean {
  if (isIP(address) !== network.family) return false;
  const host = BigInt(widthOf(network.family) - network.prefix);
  return addressValue(address) >> host === network.base >> host;
}

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(parseNetwork);

/** Networks that nobody routes on the Internet: RFC 1918, RFC 4193. */
export function isPrivate(network: Network): boolean {
  const first = formatAddress(network.base, network.family);
  return privateNetworks.some((one) => contains(one, first));
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function addressValue(address: string): bigint {
  if (isIP(address) === 4) {
    return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
  }
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':');
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatAddress(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  // The longest run of zeros becomes `::` (RFC 5952 §4.2).
  const runs = groups.join(':').match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = [...runs].sort((one, other) => other.length - one.length)[0];
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':').replace(longest, ':');
  return text.startsWith('::')
    ? text
    : text.startsWith(':')
      ? `:${text}`
      : text.endsWith(':')
        ? `${text}:`
        : text;
}
