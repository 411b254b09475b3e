import type { Endpoint } from '@duoport/protocol';
import { readQueuedError } from './error-queue.ts';
import { type Libc, linux, loadLibc } from './libc.ts';
import { Poller } from './poller.ts';
import { encodeSockaddr } from './sockaddr.ts';

export interface TraceHopsOptions {
  readonly to: Endpoint;
  /** Default 30. */
  readonly maxHops?: number | undefined;
  /** Milliseconds a SYN is waited for. Default 1000. */
  readonly patience?: number | undefined;
  /** SYNs under way at the same time. Default 4. */
  readonly atOnce?: number | undefined;
  /** Local address. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of the SYN that was to live `distance` hops. */
export interface TracedHop {
  readonly distance: number;
  /** `expired`: a router says that the TTL ran out there. `reached`, `refused`: the port itself answered. `rejected`: ICMP. */
  readonly how: 'expired' | 'reached' | 'refused' | 'rejected' | 'silent';
  /** Who sent the ICMP error. */
  readonly address: string | undefined;
  /** Milliseconds. */
  readonly took: number;
}

/** True where {@link traceHops} works: 64-bit Linux with koffi. No privilege is needed. */
export async function canTraceHops(): Promise<boolean> {
  return (await loadLibc()) !== undefined;
}

/**
 * Follows SYNs with growing TTL to one port, nearest hop first, until it answers or `maxHops` are done. A Linux router tells that the TTL
 * ran out *before* its firewall looks at the packet, so the last hop that answers for a dead port is the one that drops.
 * A connection that opens is reset at once. Undefined where it does not work.
 */
export async function traceHops(options: TraceHopsOptions): Promise<readonly TracedHop[] | undefined> {
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  const { maxHops = 30, atOnce = 4, signal } = options;
  const hops: TracedHop[] = [];
  while (hops.length < maxHops && !signal?.aborted) {
    const distances = Array.from(
      { length: Math.min(atOnce, maxHops - hops.length) },
      (_, index) => hops.length + index + 1,
    );
    hops.push(...(await wave(libc, distances, options)));
    const end = hops.findIndex(({ how }) => how !== 'expired' && how !== 'silent');
    if (end >= 0) return hops.slice(0, end + 1);
  }
  return hops;
}

interface Probe {
  readonly distance: number;
  readonly fd: number;
  result: TracedHop | undefined;
}

async function wave(
  libc: Libc,
  distances: readonly number[],
  options: TraceHopsOptions,
): Promise<TracedHop[]> {
  const { patience = 1000, signal } = options;
  const started = performance.now();
  const poller = new Poller(libc);
  const onAbort = () => poller.wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  const probes: Probe[] = distances.map((distance) => ({
    distance,
    fd: openProbe(libc, distance, options),
    result: undefined,
  }));
  try {
    for (;;) {
      const open = probes.filter(({ fd, result }) => fd >= 0 && result === undefined);
      const left = started + patience - performance.now();
      if (open.length === 0 || left <= 0 || signal?.aborted) break;
      const ready = await poller.wait(
        open.map(({ fd }) => fd),
        linux.POLLOUT,
        left,
      );
      for (const probe of open) {
        if (ready.includes(probe.fd)) probe.result = settle(libc, probe, started);
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await poller.close();
    for (const { fd } of probes) if (fd >= 0) libc.close(fd);
  }
  const took = Math.round(performance.now() - started);
  return probes.map(
    ({ distance, result }) => result ?? { distance, how: 'silent', address: undefined, took },
  );
}

/** -1: it could not be opened, which counts as silence. */
function openProbe(libc: Libc, distance: number, { to, from }: TraceHopsOptions): number {
  const isIpv4 = to.family === 4;
  const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
  const fd = libc.socket(isIpv4 ? linux.AF_INET : linux.AF_INET6, type, 0);
  if (fd < 0) return fd;
  const set = (level: number, name: number, value: number) =>
    libc.setsockopt(fd, level, name, Uint8Array.of(value, 0, 0, 0), 4) >= 0;
  const isReady =
    (isIpv4
      ? set(linux.IPPROTO_IP, linux.IP_TTL, distance) && set(linux.IPPROTO_IP, linux.IP_RECVERR, 1)
      : set(linux.IPPROTO_IPV6, linux.IPV6_UNICAST_HOPS, distance) &&
        set(linux.IPPROTO_IPV6, linux.IPV6_RECVERR, 1)) &&
    // Closing resets: a server is not left with half a session.
    libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_LINGER, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8) >= 0;
  const bound = from === undefined ? undefined : encodeSockaddr(from, 0);
  const isBound = bound === undefined || libc.bind(fd, bound, bound.length) >= 0;
  if (!isReady || !isBound) {
    libc.close(fd);
    return -1;
  }
  const target = encodeSockaddr(to.address, to.port);
  // In progress, or failed at once: either way the wait that follows tells.
  libc.connect(fd, target, target.length);
  return fd;
}

function settle(libc: Libc, { fd, distance }: Probe, started: number): TracedHop {
  const took = Math.round(performance.now() - started);
  const queued = readQueuedError(libc, fd);
  if (queued !== undefined) {
    const how = queued.how === 'expired' ? 'expired' : 'rejected';
    return { distance, how, address: queued.from, took };
  }
  const value = new Uint8Array(4);
  libc.getsockopt(fd, linux.SOL_SOCKET, linux.SO_ERROR, value, Uint8Array.of(4, 0, 0, 0));
  const error = new DataView(value.buffer).getInt32(0, true);
  const how = error === 0 ? 'reached' : error === linux.ECONNREFUSED ? 'refused' : 'rejected';
  return { distance, how, address: undefined, took };
}
