import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { linux } from './libc.ts';

/** Room for the largest of them, `sockaddr_in6`. */
export const sockaddrSize = 28;

/** `struct sockaddr_in` or `sockaddr_in6`, as the address is written. A zone may be a name or a number. */
export function encodeSockaddr(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(isIPv6(address) ? sockaddrSize : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (bytes.length === 16) {
    view.setUint16(0, linux.AF_INET, true);
    bytes.set(addressBytes(address), 4);
    return bytes;
  }
  view.setUint16(0, linux.AF_INET6, true);
  bytes.set(addressBytes(address), 8);
  view.setUint32(24, zoneNumber(address), true);
  return bytes;
}

/** Undefined when the kernel left it empty. */
export function decodeSockaddr(bytes: Uint8Array): { address: string; port: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return undefined;
  const family = view.getUint16(0, true);
  if (family === linux.AF_INET)
    return { address: addressText(bytes.subarray(4, 8)), port: view.getUint16(2) };
  if (family !== linux.AF_INET6 || bytes.length < 24) return undefined;
  return { address: addressText(bytes.subarray(8, 24)), port: view.getUint16(2) };
}

/** Four or sixteen bytes in network order. */
export function addressBytes(address: string): Uint8Array {
  const [bare = ''] = address.split('%', 1);
  if (!isIPv6(bare)) return Uint8Array.from(bare.split('.'), Number);
  // The URL parser writes every form of IPv6, dotted tail included, as up to eight groups.
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) =>
    text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const [front, back] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - front.length - back.length).fill(0);
  return Uint8Array.from([...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff]));
}

/** The inverse of {@link addressBytes}, in normal form; an IPv4-mapped address as the IPv4 it is. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  if (view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff)
    return bytes.subarray(12, 16).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function zoneNumber(address: string): number {
  const zone = address.split('%')[1];
  if (zone === undefined) return 0;
  if (/^\d+$/.test(zone)) return Number(zone);
  return networkInterfaces()[zone]?.find((each) => each.family === 'IPv6')?.scopeid ?? 0;
}
