import { type Endpoint, parseAddress } from '@duoport/protocol';
import { linux, loadLibc } from './libc.ts';
import { encodeSockaddr } from './sockaddr.ts';

export interface SendSynOptions {
  /** Our end: a listener may be on the same port. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly ttl: number;
}

/**
 * Sends one bare SYN that lives `ttl` hops. Stateful firewalls up to there take what the peer then sends from that port for part of
 * the same connection (simultaneous open). Needs root (CAP_NET_RAW) on 64-bit Linux with koffi; false when it was not sent.
 */
export async function sendSyn(options: SendSynOptions): Promise<boolean> {
  const libc = await loadLibc();
  if (libc === undefined) return false;
  const { from, to, ttl } = options;
  const isIpv4 = to.family === 4;
  const type = linux.SOCK_RAW | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
  const fd = libc.socket(isIpv4 ? linux.AF_INET : linux.AF_INET6, type, linux.IPPROTO_TCP);
  if (fd < 0) return false;
  try {
    const level = isIpv4 ? linux.IPPROTO_IP : linux.IPPROTO_IPV6;
    const name = isIpv4 ? linux.IP_TTL : linux.IPV6_UNICAST_HOPS;
    if (libc.setsockopt(fd, level, name, Uint8Array.of(ttl, 0, 0, 0), 4) < 0) return false;
    const source = encodeSockaddr(from.address, 0);
    if (libc.bind(fd, source, source.length) < 0) return false;
    const segment = encodeSyn(from, to);
    // Raw sockets of IPv6 take no port in the address.
    const target = encodeSockaddr(to.address, 0);
    return libc.sendto(fd, segment, segment.length, 0, target, target.length) === segment.length;
  } finally {
    libc.close(fd);
  }
}

/** RFC 9293 §3.1: a header of 20 bytes, SYN, checksum over the pseudo-header of the addresses. */
export function encodeSyn(from: Endpoint, to: Endpoint): Uint8Array {
  const segment = new Uint8Array(20);
  const view = new DataView(segment.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  // Any number will do: the connection is never finished.
  view.setUint32(4, 0x2d75_6f70);
  view.setUint8(12, 5 << 4);
  view.setUint8(13, 0x02);
  view.setUint16(14, 0xffff);
  view.setUint16(16, checksum([...bytesOf(from), ...bytesOf(to), ...segment]));
  return segment;
}

/** RFC 9293 §3.1 and RFC 8200 §8.1: in both pseudo-headers protocol and length are worth `6 + 20`. */
function checksum(bytes: readonly number[]): number {
  let sum = linux.IPPROTO_TCP + 20;
  for (const [index, byte] of bytes.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function bytesOf({ address }: Endpoint): Uint8Array {
  return parseAddress(address.split('%', 1)[0] ?? '') ?? new Uint8Array(0);
}
