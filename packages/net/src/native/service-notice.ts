import { Buffer } from 'node:buffer';
import { type Libc, linux, loadLibc } from './libc.ts';

/** Tells the service manager something (sd_notify(3)). False: it was not told. */
export type ServiceNotice = (text: string) => boolean;

/**
 * A datagram to the Unix socket with this name (`@` at its start: in the abstract namespace), which Node has no door to. Undefined where there
 * is none: on 64-bit Linux with koffi alone.
 */
export async function serviceNotice(socket: string): Promise<ServiceNotice | undefined> {
  const libc = await loadLibc();
  const name = Buffer.from(socket.replace(/^@/, '\0'), 'utf8');
  // A name in the file system needs its NUL.
  if (libc === undefined || name.length > 107) return undefined;
  const isAbstract = socket.startsWith('@');
  const address = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  new Uint16Array(address.buffer, 0, 1)[0] = linux.AF_UNIX;
  address.set(name, 2);
  return (text) => send(libc, address, Buffer.from(text, 'utf8'));
}

function send(libc: Libc, address: Uint8Array, text: Uint8Array): boolean {
  const fd = libc.socket(linux.AF_UNIX, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  try {
    return libc.sendto(fd, text, text.length, linux.MSG_DONTWAIT, address, address.length) === text.length;
  } finally {
    libc.close(fd);
  }
}
