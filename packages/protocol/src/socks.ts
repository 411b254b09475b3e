import { formatAddress } from './address.ts';
import { fault, isFault, type ProtocolFault } from './fault.ts';

/** Where a client of a SOCKS proxy wants to go: CONNECT of SOCKS 4, 4a or 5 (RFC 1928). */
export interface SocksRequest {
  readonly version: 4 | 5;
  /** Name or address, as it came. */
  readonly host: string;
  readonly port: number;
}

/** One step of the talk: `answer` is to be sent, `size` bytes were taken. Without a `request` another step follows. */
export interface SocksStep {
  readonly size: number;
  readonly answer: Uint8Array;
  readonly request: SocksRequest | undefined;
}

/** Bytes that are waited for: more than any request has, with the longest user id and name that are taken. */
export const socksLimit = 600;

const noUserId = 256;

/**
 * The first step: a whole request of SOCKS 4, or the methods of SOCKS 5. `more` while the bytes could still become one. A fault with an
 * `answer` is to be answered before the connection is closed.
 */
export function decodeSocksStart(bytes: Uint8Array): SocksStep | 'more' | SocksFault {
  const [version] = bytes;
  if (version === undefined) return 'more';
  if (version === 4) return decodeSocks4(bytes);
  if (version !== 5) return fault('no SOCKS at the start of the connection');
  const count = bytes[1];
  if (count === undefined || bytes.length < 2 + count) return 'more';
  // RFC 1928 §3: 0 is "no authentication required", 255 "no acceptable methods".
  if (!bytes.subarray(2, 2 + count).includes(0))
    return { fault: 'the SOCKS client wants to authenticate', answer: Uint8Array.of(5, 255) };
  return { size: 2 + count, answer: Uint8Array.of(5, 0), request: undefined };
}

/** A fault that the client is told about. */
export interface SocksFault extends ProtocolFault {
  readonly answer?: Uint8Array | undefined;
}

/** The second step of SOCKS 5, RFC 1928 §4: version, command, reserved, type of address, address, port. */
export function decodeSocks5Request(bytes: Uint8Array): SocksStep | 'more' | SocksFault {
  const [version, command, , type] = bytes;
  if (version !== undefined && version !== 5) return fault('a SOCKS 5 request of another version');
  if (bytes.length < 5) return 'more';
  const start = type === 3 ? 5 : 4;
  const length = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? bytes[4] : undefined;
  if (length === undefined) return { fault: 'a SOCKS address of unknown type', answer: answer5(8) };
  if (bytes.length < start + length + 2) return 'more';
  const body = bytes.slice(start, start + length);
  const host = type === 3 ? decodeName(body) : formatAddress(body);
  if (isFault(host)) return { ...host, answer: answer5(1) };
  if (command !== 1) return { fault: 'a SOCKS command other than CONNECT', answer: answer5(7) };
  const port = word(bytes, start + length);
  if (port === 0) return { fault: 'SOCKS port 0', answer: answer5(1) };
  return { size: start + length + 2, answer: answer5(0), request: { version: 5, host, port } };
}

/** VN, CD, DSTPORT, DSTIP, USERID, NUL; with 4a (DSTIP 0.0.0.x) a name and another NUL. */
function decodeSocks4(bytes: Uint8Array): SocksStep | 'more' | SocksFault {
  const refused = (text: string): SocksFault => ({ fault: text, answer: answer4(91) });
  if (bytes.length < 9) return 'more';
  const end = bytes.indexOf(0, 8);
  if (end < 0) return bytes.length > 8 + noUserId ? refused('a SOCKS user id without end') : 'more';
  if (end > 8 + noUserId) return refused('a SOCKS user id without end');
  const address = bytes.slice(4, 8);
  const isNamed = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
  const last = isNamed ? bytes.indexOf(0, end + 1) : end;
  if (last < 0) return bytes.length > end + 1 + 255 ? refused('a SOCKS name without end') : 'more';
  const host = isNamed ? decodeName(bytes.slice(end + 1, last)) : formatAddress(address);
  if (isFault(host)) return refused(host.fault);
  if (bytes[1] !== 1) return refused('a SOCKS command other than CONNECT');
  const port = word(bytes, 2);
  if (port === 0) return refused('SOCKS port 0');
  return { size: last + 1, answer: answer4(90), request: { version: 4, host, port } };
}

function decodeName(bytes: Uint8Array): string | ProtocolFault {
  const isName = bytes.length > 0 && bytes.length <= 255 && bytes.every((byte) => byte > 32 && byte < 127);
  return isName ? String.fromCharCode(...bytes) : fault('a SOCKS name that is none');
}

function answer4(code: number): Uint8Array {
  return Uint8Array.of(0, code, 0, 0, 0, 0, 0, 0);
}

function answer5(code: number): Uint8Array {
  return Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0);
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
