import { type Libc, linux } from './libc.ts';
import { decodeSockaddr, sockaddrSize } from './sockaddr.ts';

/** An ICMP error about a socket, from the kernel's queue of it. */
export interface QueuedError {
  readonly how: 'expired' | 'unreachable';
  /** The router or host that sent it. */
  readonly from: string | undefined;
  readonly code: number;
}

/**
 * Reads one error (`IP_RECVERR`, ip(7)). For TCP sockets that are connecting Linux queues them too since 5.9, for everybody:
 * so no privilege is needed to learn which router answered.
 */
export function readQueuedError(libc: Libc, fd: number): QueuedError | undefined {
  // One piece of memory for the header and all that it points to: nothing of it can be collected before the call.
  const memory = new Uint8Array(layout.end);
  const view = new DataView(memory.buffer);
  const base = libc.addressOf(memory);
  const pointer = (at: number, to: number) => view.setBigUint64(at, base + BigInt(to), true);
  // `struct msghdr` of 64-bit Linux: name, its length, iov, their count, control, its length, flags.
  pointer(0, layout.name);
  view.setUint32(8, sockaddrSize, true);
  pointer(16, layout.vector);
  view.setBigUint64(24, 1n, true);
  pointer(32, layout.control);
  view.setBigUint64(40, BigInt(layout.end - layout.control), true);
  pointer(layout.vector, layout.payload);
  view.setBigUint64(layout.vector + 8, BigInt(layout.control - layout.payload), true);
  if (libc.recvmsg(fd, memory, linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT) < 0) return undefined;
  const length = Math.min(Number(view.getBigUint64(40, true)), layout.end - layout.control);
  return decodeControl(memory.subarray(layout.control, layout.control + length));
}

/** Where things lie in the memory of one call. */
const layout = { vector: 64, name: 80, payload: 128, control: 192, end: 704 } as const;

/** `struct cmsghdr` (length, level, type), then `struct sock_extended_err`, then the offender's address. */
function decodeControl(control: Uint8Array): QueuedError | undefined {
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  for (let at = 0; at + 16 <= control.length; ) {
    const length = Number(view.getBigUint64(at, true));
    if (length < 16 || at + length > control.length) return undefined;
    const level = view.getInt32(at + 8, true);
    const isError =
      (level === linux.IPPROTO_IP && view.getInt32(at + 12, true) === linux.IP_RECVERR) ||
      (level === linux.IPPROTO_IPV6 && view.getInt32(at + 12, true) === linux.IPV6_RECVERR);
    if (isError && length >= 32) {
      const origin = view.getUint8(at + 20);
      const type = view.getUint8(at + 21);
      const isIcmp = origin === fromIcmp || origin === fromIcmp6;
      if (!isIcmp) return undefined;
      const expired = type === (origin === fromIcmp ? 11 : 3);
      return {
        how: expired ? 'expired' : 'unreachable',
        from: decodeSockaddr(control.subarray(at + 32, at + length))?.address,
        code: view.getUint8(at + 22),
      };
    }
    at += (length + 7) & ~7;
  }
  return undefined;
}

const fromIcmp = 2;
const fromIcmp6 = 3;
