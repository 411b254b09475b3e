import type { Http2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { netLimits } from '../net-limits.ts';
import { drop } from './session-options.ts';

/**
 * Asks the other end for a sign of life again and again, which also keeps NAT from forgetting the connection. An end that
 * gives none is gone: without this a line that somebody on the way cut would stand for hours.
 */
export function keepAlive(
  tls: TLSSocket,
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
  session.once('close', () => {
    clearInterval(ask);
    clearTimeout(silence);
  });
}
