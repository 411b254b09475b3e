import { isIPv6, type Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';
import { kernelEndpoint } from '../socket-address.ts';
import { type Libc, linux, loadLibc } from './libc.ts';
import { decodeSockaddr, encodeSockaddr, sockaddrSize } from './sockaddr.ts';

/**
 * The descriptor of a TCP socket that is bound to an address which need not be one of this host (IP_TRANSPARENT, ip(7)): rules of the
 * firewall bring the packets here. Needs CAP_NET_ADMIN on 64-bit Linux with koffi. Throws errors as Node's own, with `code` and
 * `syscall`; whoever gets the descriptor closes it.
 */
export async function bindForeign(address: string, port: number): Promise<number> {
  const libc = await loadLibc();
  if (libc === undefined) throw failure('socket', 'ENOSYS');
  const isIpv6 = isIPv6(address.split('%', 1)[0] ?? '');
  const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
  const fd = libc.socket(isIpv6 ? linux.AF_INET6 : linux.AF_INET, type, linux.IPPROTO_TCP);
  if (fd < 0) throw failure('socket', codeOf(libc));
  try {
    const [level, name] = isIpv6
      ? [linux.IPPROTO_IPV6, linux.IPV6_TRANSPARENT]
      : [linux.IPPROTO_IP, linux.IP_TRANSPARENT];
    switchOn(libc, fd, [linux.SOL_SOCKET, linux.SO_REUSEADDR]);
    switchOn(libc, fd, [level, name]);
    const where = encodeSockaddr(address, port);
    if (libc.bind(fd, where, where.length) < 0) throw failure('bind', codeOf(libc));
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/** Tells where connections were meant to go before the kernel's NAT brought them here (REDIRECT). */
export type OriginalDestination = (socket: Socket) => Endpoint | undefined;

/** Undefined from it: the kernel's NAT has not touched the connection, or does not know it. */
export async function originalDestination(): Promise<OriginalDestination> {
  const libc = await loadLibc();
  return (socket) => {
    const fd = descriptorOf(socket);
    if (libc === undefined || fd === undefined) return undefined;
    // An IPv4 connection of a dual-stack listener is asked as IPv4.
    const isIpv4 =
      socket.remoteAddress !== undefined && !isIPv6(socket.remoteAddress.replace(/^::ffff:/i, ''));
    const level = isIpv4 ? linux.IPPROTO_IP : linux.IPPROTO_IPV6;
    const found = new Uint8Array(sockaddrSize);
    const size = Uint8Array.of(isIpv4 ? 16 : sockaddrSize, 0, 0, 0);
    if (libc.getsockopt(fd, level, linux.SO_ORIGINAL_DST, found, size) < 0) return undefined;
    const decoded = decodeSockaddr(found);
    return decoded && kernelEndpoint(decoded.address, decoded.port);
  };
}

function switchOn(libc: Libc, fd: number, [level, name]: readonly [number, number]): void {
  if (libc.setsockopt(fd, level, name, Uint8Array.of(1, 0, 0, 0), 4) < 0)
    throw failure('setsockopt', codeOf(libc));
}

/** Node keeps the kernel's end of a socket here; undocumented, and in place from Node 0.x to 26. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}

const codes: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  24: 'EMFILE',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
};

function codeOf(libc: Libc): string {
  const number = libc.errno();
  return codes[number] ?? `errno ${number}`;
}

const explanations: Readonly<Record<string, string>> = {
  ENOSYS: 'addresses of others can be used on 64-bit Linux with the package koffi only',
  EPERM: 'addresses of others need a privilege (CAP_NET_ADMIN)',
};

function failure(syscall: string, code: string): Error {
  const because = explanations[code] ?? `${syscall} ${code}`;
  // `EPERM` of setsockopt is about another privilege than the one for low ports.
  const known = explanations[code] === undefined ? { code } : {};
  return Object.assign(new Error(because), { syscall, ...known });
}
