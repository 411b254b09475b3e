/**
 * The few system calls that Node has no door to: a TTL on a connecting socket, the kernel's queue of ICMP errors, packets as they
 * come from the network card, sockets with the addresses of others. Through koffi, which is optional: without it, or elsewhere than on 64-bit Linux, there is none of it.
 */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, size: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, size: Uint8Array): number;
  bind(fd: number, address: Uint8Array, size: number): number;
  connect(fd: number, address: Uint8Array, size: number): number;
  sendto(fd: number, bytes: Uint8Array, count: number, flags: number, to: Uint8Array, size: number): number;
  recvfrom(
    fd: number,
    into: Uint8Array,
    count: number,
    flags: number,
    from: Uint8Array,
    size: Uint8Array,
  ): number;
  recvmsg(fd: number, message: Uint8Array, flags: number): number;
  prctl(option: number, one: number, two: number, three: number, four: number): number;
  capset(header: Uint8Array, data: Uint8Array): number;
  write(fd: number, bytes: Uint8Array, count: number): number;
  eventfd(start: number, flags: number): number;
  close(fd: number): number;
  /** Another descriptor of the same thing, which children of this process do not get. */
  duplicate(fd: number): number;
  /** Of the last call that failed. */
  errno(): number;
  /** Waits on a thread of the pool. */
  poll(fds: Uint8Array, count: number, timeout: number): Promise<number>;
  /** Where a buffer lies in memory, for structures that point to others. */
  addressOf(bytes: Uint8Array): bigint;
}

/** Constants of Linux on x86-64, arm64 and riscv64, where they are the same. */
export const linux = {
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  AF_PACKET: 17,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x8_0000,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_IPV6: 41,
  IP_TTL: 2,
  IP_RECVERR: 11,
  IPV6_UNICAST_HOPS: 16,
  IPV6_RECVERR: 25,
  IP_TRANSPARENT: 19,
  IPV6_TRANSPARENT: 75,
  /** In both families. */
  SO_ORIGINAL_DST: 80,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_ERROR: 4,
  SO_LINGER: 13,
  SO_ATTACH_FILTER: 26,
  MSG_DONTWAIT: 0x40,
  MSG_ERRQUEUE: 0x2000,
  EFD_NONBLOCK: 0x800,
  EFD_CLOEXEC: 0x8_0000,
  POLLIN: 1,
  POLLOUT: 4,
  F_DUPFD_CLOEXEC: 1030,
  EINPROGRESS: 115,
  ECONNREFUSED: 111,
  ETH_P_ALL: 3,
} as const;

/** Undefined where there is no such door. The first call loads it. */
export function loadLibc(): Promise<Libc | undefined> {
  loading ??= load();
  return loading;
}

let loading: Promise<Libc | undefined> | undefined;

const architectures = new Set(['x64', 'arm64', 'riscv64']);

async function load(): Promise<Libc | undefined> {
  if (process.platform !== 'linux' || !architectures.has(process.arch)) return undefined;
  try {
    const { default: koffi } = await import('koffi');
    // The program itself: Node is linked against the C library, whichever it is.
    const library = koffi.load(null);
    const poll = library.func('int poll(void *fds, unsigned long count, int timeout)');
    const fcntl = library.func('int fcntl(int fd, int command, long value)');
    return {
      socket: library.func('int socket(int family, int type, int protocol)'),
      setsockopt: library.func('int setsockopt(int fd, int level, int name, void *value, uint32_t size)'),
      getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *size)'),
      bind: library.func('int bind(int fd, void *address, uint32_t size)'),
      connect: library.func('int connect(int fd, void *address, uint32_t size)'),
      sendto: library.func('long sendto(int fd, void *bytes, size_t n, int flags, void *to, uint32_t size)'),
      recvfrom: library.func(
        'long recvfrom(int fd, void *into, size_t n, int flags, void *from, void *size)',
      ),
      recvmsg: library.func('long recvmsg(int fd, void *message, int flags)'),
      prctl: library.func(
        'int prctl(int option, unsigned long one, unsigned long two, unsigned long three, unsigned long four)',
      ),
      capset: library.func('int capset(void *header, void *data)'),
      write: library.func('long write(int fd, void *bytes, size_t count)'),
      eventfd: library.func('int eventfd(uint32_t start, int flags)'),
      close: library.func('int close(int fd)'),
      duplicate: (fd) => fcntl(fd, linux.F_DUPFD_CLOEXEC, 0),
      errno: () => koffi.errno(),
      poll: (fds, count, timeout) =>
        new Promise((resolve, reject) => {
          poll.async(fds, count, timeout, (error: unknown, ready: number) =>
            error ? reject(error) : resolve(ready),
          );
        }),
      addressOf: (bytes) => koffi.address(bytes),
    };
  } catch {
    return undefined;
  }
}
