import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { formatAddress, parseAddress } from '@duoport/protocol';
import { linux } from './libc.ts';

/** Room for the largest of them, `sockaddr_in6`. */
export const sockaddrSize = 28;

/** `struct sockaddr_in` or `sockaddr_in6`, as the address is written. A zone may be a name or a number. */
export function encodeSockaddr(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(isIPv6(address) ? sockaddrSize : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  const [bare = ''] = address.split('%', 1);
  const value = parseAddress(bare) ?? new Uint8Array(0);
  if (bytes.length === 16) {
    view.setUint16(0, linux.AF_INET, true);
    bytes.set(value, 4);
    return bytes;
  }
  view.setUint16(0, linux.AF_INET6, true);
  bytes.set(value, 8);
  view.setUint32(24, zoneNumber(address), true);
  return bytes;
}

/** Undefined when the kernel left it empty. */
export function decodeSockaddr(bytes: Uint8Array): { address: string; port: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return undefined;
  const family = view.getUint16(0, true);
  if (family === linux.AF_INET)
    return { address: formatAddress(bytes.subarray(4, 8)), port: view.getUint16(2) };
  if (family !== linux.AF_INET6 || bytes.length < 24) return undefined;
  return { address: formatAddress(bytes.subarray(8, 24)), port: view.getUint16(2) };
}

function zoneNumber(address: string): number {
  const zone = address.split('%')[1];
  if (zone === undefined) return 0;
  if (/^\d+$/.test(zone)) return Number(zone);
  return networkInterfaces()[zone]?.find((each) => each.family === 'IPv6')?.scopeid ?? 0;
}
