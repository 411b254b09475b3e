import { formatAddress, parseAddress } from './address.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { fault, isFault, type ProtocolFault } from './fault.ts';

/**
 * What a PROXY header says (HAProxy's proxy-protocol.txt, versions 1 and 2). Without `ends` the sender speaks for itself (LOCAL, a health
 * check) or does not know (UNKNOWN): the addresses of the TCP connection hold then.
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  readonly ends: ProxiedEnds | undefined;
}

/** The two ends of the connection that the proxy accepted. */
export interface ProxiedEnds {
  /** The client. */
  readonly source: Endpoint;
  /** Where the client connected to. */
  readonly destination: Endpoint;
}

/** `size`: bytes that the header takes; what follows them is payload. */
export interface DecodedProxyHeader {
  readonly header: ProxyHeader;
  readonly size: number;
}

/** Bytes that are waited for: a longer header is a fault. Room for the addresses and for the certificate facts that some proxies add. */
export const proxyHeaderLimit = 4096;

/** §2.2: `\r\n\r\n\0\r\nQUIT\n`, which no other protocol begins with. */
const signature = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);

/** §2.1: the longest line with its CRLF. */
const longestLine = 107;

/** The header at the start of these bytes; `more` while they could still become one. */
export function decodeProxyHeader(bytes: Uint8Array): DecodedProxyHeader | 'more' | ProtocolFault {
  if (bytes.length === 0) return 'more';
  return bytes[0] === 13 ? decodeBinary(bytes) : decodeLine(bytes);
}

/** Ends of two families are both written as IPv6, the IPv4 one mapped. Throws a RangeError for what is no address or port. */
export function encodeProxyHeader(version: 1 | 2, ends: ProxiedEnds): Uint8Array {
  const source = withoutZone(ends.source);
  const destination = withoutZone(ends.destination);
  const width = source.family === 4 && destination.family === 4 ? 4 : 16;
  return version === 1 ? encodeLine(source, destination, width) : encodeBinary(source, destination, width);
}

function decodeLine(bytes: Uint8Array): DecodedProxyHeader | 'more' | ProtocolFault {
  const start = 'PROXY ';
  for (let i = 0; i < start.length && i < bytes.length; i += 1)
    if (bytes[i] !== start.charCodeAt(i)) return fault('no PROXY header at the start of the connection');
  const end = bytes.subarray(0, longestLine).indexOf(10);
  if (end < 0) return bytes.length < longestLine ? 'more' : fault('a PROXY line of more than 107 bytes');
  if (bytes[end - 1] !== 13) return fault('a PROXY line that ends without CR');
  const line = String.fromCharCode(...bytes.subarray(0, end - 1));
  const ends = decodeLineEnds(line.split(' '));
  return isFault(ends) ? ends : { header: { version: 1, ends: ends.ends }, size: end + 1 };
}

/** `PROXY TCP4 192.0.2.1 198.51.100.2 50000 21`. */
function decodeLineEnds(
  words: readonly string[],
): { readonly ends: ProxiedEnds | undefined } | ProtocolFault {
  const [, family, from = '', to = '', fromPort = '', toPort = ''] = words;
  // §2.1: the rest of the line is not to be looked at.
  if (family === 'UNKNOWN') return { ends: undefined };
  if (family !== 'TCP4' && family !== 'TCP6') return fault('a PROXY line for neither TCP4 nor TCP6');
  if (words.length !== 6) return fault('a PROXY line without its two addresses and two ports');
  for (const address of [from, to]) {
    // By the colon: ::ffff:192.0.2.1 is written as IPv6 and means IPv4.
    if (address.includes(':') !== (family === 'TCP6') || parseAddress(address) === undefined)
      return fault(`an address of the PROXY line that is none of ${family}`);
  }
  for (const port of [fromPort, toPort])
    if (!/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535)
      return fault('a port of the PROXY line that is none');
  return {
    ends: { source: endpoint(from, Number(fromPort)), destination: endpoint(to, Number(toPort)) },
  };
}

function decodeBinary(bytes: Uint8Array): DecodedProxyHeader | 'more' | ProtocolFault {
  for (let i = 0; i < signature.length && i < bytes.length; i += 1)
    if (bytes[i] !== signature[i]) return fault('no PROXY header at the start of the connection');
  if (bytes.length < 16) return 'more';
  const [command = 0, family = 0] = bytes.subarray(12);
  const size = 16 + word(bytes, 14);
  if (command !== 0x20 && command !== 0x21) return fault('a PROXY header of unknown version or command');
  if (size > proxyHeaderLimit) return fault(`a PROXY header of ${size} bytes`);
  if (bytes.length < size) return 'more';
  const body = bytes.subarray(16, size);
  // §2.2: LOCAL is the proxy itself, and the addresses are to be skipped; so are those of an unspecified family.
  if (command === 0x20 || family === 0x00) return { header: { version: 2, ends: undefined }, size };
  const width = family === 0x11 ? 4 : family === 0x21 ? 16 : undefined;
  if (width === undefined) return fault('a PROXY header for something else than TCP');
  const ports = 2 * width;
  if (body.length < ports + 4) return fault('a PROXY header too short for its addresses');
  if (!isTypeLengthValues(body.subarray(ports + 4))) return fault('a PROXY header with broken extensions');
  const source = endpoint(formatAddress(body.slice(0, width)), word(body, ports));
  const destination = endpoint(formatAddress(body.slice(width, ports)), word(body, ports + 2));
  return { header: { version: 2, ends: { source, destination } }, size };
}

/** §2.2: after the addresses, one type byte, two length bytes and the value, again and again. They are not used here. */
function isTypeLengthValues(bytes: Uint8Array): boolean {
  let at = 0;
  while (at + 3 <= bytes.length) at += 3 + word(bytes, at + 1);
  return at === bytes.length;
}

function encodeLine(source: Endpoint, destination: Endpoint, width: 4 | 16): Uint8Array {
  const text = ({ address, family }: Endpoint) =>
    width === 16 && family === 4 ? `::ffff:${address}` : address;
  const family = width === 4 ? 'TCP4' : 'TCP6';
  const line = `PROXY ${family} ${text(source)} ${text(destination)} ${source.port} ${destination.port}\r\n`;
  return Uint8Array.from(line, (character) => character.charCodeAt(0));
}

function encodeBinary(source: Endpoint, destination: Endpoint, width: 4 | 16): Uint8Array {
  const length = 2 * width + 4;
  const bytes = new Uint8Array(16 + length);
  bytes.set(signature);
  bytes.set([0x21, width === 4 ? 0x11 : 0x21, 0, length], 12);
  bytes.set(addressBytes(source, width), 16);
  bytes.set(addressBytes(destination, width), 16 + width);
  const view = new DataView(bytes.buffer, 16 + 2 * width);
  view.setUint16(0, source.port);
  view.setUint16(2, destination.port);
  return bytes;
}

function addressBytes({ address }: Endpoint, width: 4 | 16): Uint8Array {
  const bytes = parseAddress(address) ?? new Uint8Array(width);
  return bytes.length === width ? bytes : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes);
}

/** A zone names a network card of this host. */
function withoutZone({ address, port }: Endpoint): Endpoint {
  return endpoint(address.replace(/%.*$/, ''), port);
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
