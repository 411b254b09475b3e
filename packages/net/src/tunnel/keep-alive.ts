import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { hiddenReset } from '../hidden-reset.ts';
import { netLimits } from '../net-limits.ts';
import { drop } from './session-options.ts';

/** A connection under TLS, and the TCP connection below. */
export interface Secured {
  readonly tls: TLSSocket;
  readonly socket: Socket;
}

/**
 * Asks the other end for a sign of life again and again, which also keeps NAT from forgetting the connection. An end that
 * gives none is gone: without this a line that somebody on the way cut would stand for hours. What the kernel knows is asked for more
 * often: node:http2 does not read while a write waits, and then hears of no reset.
 */
export function keepAlive(
  { tls, socket }: Secured,
  session: Http2Session,
  { every = netLimits.tunnelKeepAlive, within = netLimits.tunnelSilence } = {},
): void {
  let silence: NodeJS.Timeout | undefined;
  const ask = setInterval(() => {
    if (session.destroyed || silence !== undefined) return;
    silence = setTimeout(() => {
      drop(tls, session, new Error(`The other end of the tunnel gave no sign of life within ${within} ms`));
    }, within);
    session.ping(() => {
      clearTimeout(silence);
      silence = undefined;
    });
  }, every);
  socket.on('error', () => undefined);
  const look = setInterval(() => {
    if (!session.destroyed && hiddenReset(socket) !== undefined) drop(tls, session);
  }, netLimits.tunnelLook);
  session.once('close', () => {
    clearInterval(look);
    clearInterval(ask);
    clearTimeout(silence);
  });
}
