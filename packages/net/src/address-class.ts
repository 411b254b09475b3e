import { BlockList, isIP } from 'node:net';
import { FtpLocalError, formatAddress, parseAddress } from '@duoport/protocol';

/** What kind of network an address belongs to (IANA special-purpose registries, RFC 6890). */
export type AddressClass =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'cgnat'
  | 'multicast'
  | 'documentation'
  | 'unspecified'
  | 'reserved';

/** Networks to compare addresses with. */
export interface NetworkSet {
  has(address: string): boolean;
  readonly text: readonly string[];
}

/** `10.0.0.0/8`, `2001:db8::/32`, single addresses. Throws FTP_LOCAL_PROTOCOL naming the text that is none. */
export function networkSet(networks: readonly string[]): NetworkSet {
  const list = new BlockList();
  for (const text of networks) addNetwork(list, text);
  return {
    text: [...networks],
    has: (address) => {
      const plain = plainAddress(address);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** IPv4-mapped IPv6 addresses count as IPv4. Anything that is not an address is `reserved`. */
export function classifyAddress(address: string): AddressClass {
  const known = classified.get(address);
  if (known !== undefined) return known;
  const found = classify(address);
  if (classified.size >= rememberedAddresses) classified.clear();
  classified.set(address, found);
  return found;
}

/** The same few addresses come with every transfer, and a look-up in all networks takes microseconds. */
const classified = new Map<string, AddressClass>();
const rememberedAddresses = 1024;

function classify(address: string): AddressClass {
  if (isIP(plainAddress(address)) === 0) return 'reserved';
  for (const [name, networks] of CLASSES) if (networks.has(address)) return name;
  return 'public';
}

/** Everything but `public`. */
export function isSpecialUse(address: string): boolean {
  return classifyAddress(address) !== 'public';
}

/** The two share their first `bits4` or `bits6` bits; false across families. */
export function samePrefix(
  a: string,
  b: string,
  bits: { readonly bits4: number; readonly bits6: number },
): boolean {
  const family = isIP(plainAddress(a));
  if (family === 0 || family !== isIP(plainAddress(b))) return false;
  return networkSet([`${plainAddress(a)}/${family === 4 ? bits.bits4 : bits.bits6}`]).has(b);
}

/** The network that an address is in, `203.0.113.0/24`; the text itself when it is no address. */
export function networkOf(address: string, bits: { readonly bits4: number; readonly bits6: number }): string {
  const bytes = parseAddress(plainAddress(address));
  if (bytes === undefined) return address;
  const length = bytes.length === 4 ? bits.bits4 : bits.bits6;
  const kept = bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * at))));
  return `${formatAddress(kept)}/${length}`;
}

/** Without a zone, and an IPv4-mapped address as the IPv4 it is. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] ?? address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

function addNetwork(list: BlockList, text: string): void {
  const [given = '', bits, more] = text.split('/');
  const address = plainAddress(given);
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (family === 0 || more !== undefined || !(length >= 0 && length <= width)) {
    throw new FtpLocalError(
      `${JSON.stringify(text)} is no network: write 10.0.0.0/8, 2001:db8::/32 or one address`,
    );
  }
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
}

/** First match decides. */
const CLASSES: readonly (readonly [AddressClass, NetworkSet])[] = [
  ['unspecified', networkSet(['0.0.0.0', '::'])],
  ['loopback', networkSet(['127.0.0.0/8', '::1'])],
  ['private', networkSet(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'])],
  ['cgnat', networkSet(['100.64.0.0/10'])],
  ['link-local', networkSet(['169.254.0.0/16', 'fe80::/10'])],
  ['multicast', networkSet(['224.0.0.0/4', 'ff00::/8'])],
  [
    'documentation',
    networkSet(['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']),
  ],
  // This network, protocol assignments, benchmarking, former class E with broadcast; discard, local-use NAT64, site-local.
  // The well-known NAT64 prefix 64:ff9b::/96 is left public: it stands for public IPv4 hosts (RFC 6052).
  ['reserved', networkSet(['0.0.0.0/8', '192.0.0.0/24', '198.18.0.0/15', '240.0.0.0/4'])],
  ['reserved', networkSet(['100::/64', '64:ff9b:1::/48', 'fec0::/10', '2001::/23', '::/96'])],
];
