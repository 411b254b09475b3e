import type { GatewayListen } from '@duoport/gateway';
import { UsageError } from '../usage-error.ts';

/** The first descriptor that a service manager hands over (sd_listen_fds(3)). */
const first = 3;

/**
 * Sockets that systemd has opened for this very process: `LISTEN_FDS` of them, when `LISTEN_PID` is ours. One that is called `tls` or
 * `…-tls` (`FileDescriptorName=`) has TLS from the first byte. Undefined: there are none.
 */
export function handedOver(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly GatewayListen[] | undefined {
  const { LISTEN_FDS: count, LISTEN_PID: whose, LISTEN_FDNAMES: names = '' } = env;
  if (count === undefined || whose !== String(pid)) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(count))
    throw new UsageError('LISTEN_FDS must be the number of sockets that the service manager hands over.');
  const named = names.split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({
    fd: first + index,
    implicitTls: /(^|-)tls$/.test(named[index] ?? ''),
  }));
}
