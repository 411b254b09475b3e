import type { TLSSocket } from 'node:tls';
import { netLimits } from './net-limits.ts';
import type { TlsBridge } from './tls-bridge.ts';

/**
 * Our end of TLS goes out. Closing a socket whose peer still sends (close_notify, TLS tickets) makes the kernel reset it, and
 * the peer may lose what we sent. So it is read dry until the peer's end, for a bounded time; then `over` is called, once.
 */
export function linger(tls: TLSSocket, bridge: TlsBridge | undefined, over: () => void): void {
  const finish = () => {
    clearTimeout(timer);
    tls.off('end', check).off('finish', check).off('close', finish);
    over();
  };
  const check = () => {
    if (tls.writableFinished && (tls.readableEnded || bridge?.ended)) finish();
  };
  const timer = setTimeout(finish, netLimits.closeTimeout);
  tls.on('end', check).on('finish', check).on('close', finish);
  if (bridge) bridge.onEnd = check;
  tls.resume();
  check();
}
