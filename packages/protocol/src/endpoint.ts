import { formatAddress, parseAddress } from './address.ts';

/** One end of a TCP connection: a textual IP address and a port. IPv4-mapped IPv6 addresses stand as IPv4. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/**
 * The endpoint for a textual address in its normal form (`::FFFF:192.0.2.1` is 192.0.2.1, `2001:DB8:0::1` is
 * 2001:db8::1). A zone (`fe80::1%eth0`) is kept: it names the network card and belongs to the address on this host.
 * Throws a RangeError when the address is no IP address or the port is not 0..65535: a fault of the caller.
 */
export function endpoint(address: string, port: number): Endpoint {
  const [bare = '', zone] = address.split('%', 2);
  const bytes = parseAddress(bare);
  if (bytes === undefined) throw new RangeError(`not an IP address: ${JSON.stringify(address)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`not a port: ${port}`);
  const family = bytes.length === 4 ? 4 : 6;
  const text = formatAddress(bytes);
  return { address: family === 6 && zone ? `${text}%${zone}` : text, port, family };
}

/** `192.0.2.1:21` or `[2001:db8::1]:21`. */
export function formatEndpoint(of: Endpoint): string {
  return of.family === 6 ? `[${of.address}]:${of.port}` : `${of.address}:${of.port}`;
}
