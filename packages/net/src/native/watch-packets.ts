import { type Libc, linux, loadLibc } from './libc.ts';
import { decodePacket, type Packet } from './packet.ts';
import { packetFilter } from './packet-filter.ts';
import { Poller } from './poller.ts';

/** A packet as it passed a network card of this machine: before its firewall when it comes in, after it when it goes out. */
export interface SeenPacket {
  /** `performance.now()`. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly packet: Packet;
}

export interface PacketWatch {
  /** Shows what has come by now, without waiting for it to be noticed. */
  catchUp(): void;
  /** Stops, and gives the descriptor back. */
  close(): Promise<void>;
}

/**
 * Shows SYNs, resets and ICMP errors on every network card to `onPacket`, until it is closed or the signal fires. Needs root
 * (CAP_NET_RAW) on 64-bit Linux with koffi; undefined otherwise.
 */
export async function watchPackets(
  onPacket: (seen: SeenPacket) => void,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PacketWatch | undefined> {
  const libc = await loadLibc();
  if (libc === undefined || options.signal?.aborted) return undefined;
  const fd = openPacketSocket(libc);
  if (fd < 0) return undefined;
  const poller = new Poller(libc);
  const { signal } = options;
  const onAbort = () => poller.wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  let isOpen = true;
  const running = (async () => {
    while (isOpen && !signal?.aborted) {
      const ready = await poller.wait([fd], linux.POLLIN, 60_000);
      if (ready.length > 0) drain(libc, fd, onPacket);
    }
  })().catch(() => undefined);
  const close = async () => {
    isOpen = false;
    signal?.removeEventListener('abort', onAbort);
    poller.wake();
    await running;
    await poller.close();
    libc.close(fd);
  };
  let closing: Promise<void> | undefined;
  return {
    catchUp: () => {
      if (isOpen) drain(libc, fd, onPacket);
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Headers of ours and of what an ICMP error quotes. */
const snapshot = 256;
/** Packets taken in one turn: a flood must not hold up the event loop. */
const batch = 256;
const PACKET_OUTGOING = 4;

function openPacketSocket(libc: Libc): number {
  const type = linux.SOCK_DGRAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
  // Protocol 0 receives nothing until it is bound: no packet slips in before the filter stands.
  const fd = libc.socket(linux.AF_PACKET, type, 0);
  if (fd < 0) return fd;
  const filter = packetFilter();
  const program = new Uint8Array(16);
  const view = new DataView(program.buffer);
  view.setUint16(0, filter.length / 8, true);
  view.setBigUint64(8, libc.addressOf(filter), true);
  const isFiltered = libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_ATTACH_FILTER, program, 16) >= 0;
  const everything = new Uint8Array(20);
  const address = new DataView(everything.buffer);
  address.setUint16(0, linux.AF_PACKET, true);
  address.setUint16(2, linux.ETH_P_ALL);
  if (isFiltered && filter.length > 0 && libc.bind(fd, everything, 20) >= 0) return fd;
  libc.close(fd);
  return -1;
}

function drain(libc: Libc, fd: number, onPacket: (seen: SeenPacket) => void): void {
  const bytes = new Uint8Array(snapshot);
  const from = new Uint8Array(20);
  for (let taken = 0; taken < batch; taken++) {
    const size = Uint8Array.of(20, 0, 0, 0);
    const count = libc.recvfrom(fd, bytes, snapshot, linux.MSG_DONTWAIT, from, size);
    if (count <= 0) return;
    const packet = decodePacket(bytes.slice(0, count));
    if (packet === undefined) continue;
    const direction = from[10] === PACKET_OUTGOING ? 'out' : 'in';
    onPacket({ at: performance.now(), direction, packet });
  }
}
