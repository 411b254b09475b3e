import { type AcceptedConnection, SessionCounts } from '@duoport/net';
import { type Endpoint, encodeReply, type Reply, reply } from '@duoport/protocol';
import { bannedText } from './defence/guard.ts';
import type { Limit } from './log.ts';
import type { Settings } from './settings.ts';

/** Who may come in, before there is a session: counts who is there. Nobody waits here. */
export class Entrance {
  readonly #counts = new SessionCounts();

  /** False: the connection has been sent away. */
  admits(connection: AcceptedConnection, settings: Settings, implicitTls: boolean): boolean {
    const answer = settings.admit?.(connection.peer.address);
    if (answer !== undefined) {
      limited(settings, connection.peer, 'banned');
      // Nothing can be said in the clear where TLS comes first.
      if (answer === 'drop' || implicitTls) connection.destroy();
      else connection.dismiss(encodeReply(reply(421, bannedText)));
      return false;
    }
    const { tls, maxHandshakes } = settings;
    if (!implicitTls || tls === undefined || tls.handshakes < maxHandshakes) return true;
    limited(settings, connection.peer, 'tls-handshakes');
    connection.destroy();
    return false;
  }

  /** What a session is greeted with, by those that are there without it. */
  greeting(peer: Endpoint, settings: Settings, session: number): Reply {
    const { maxSessions, maxSessionsPerAddress, guard } = settings;
    const most = { sessions: maxSessions, perAddress: maxSessionsPerAddress };
    const refusal = this.#counts.refusal(peer.address, most);
    if (refusal === undefined) return reply(220, settings.greeting);
    limited(settings, peer, refusal.limit, session);
    if (refusal.limit === 'sessions-per-address')
      guard?.offended({ session, peer, offence: 'too-many-sessions' }).catch(() => undefined);
    return reply(421, refusal.told);
  }

  came(address: string): void {
    this.#counts.came(address);
  }

  left(address: string): void {
    this.#counts.left(address);
  }
}

function limited({ log }: Settings, peer: Endpoint, limit: Limit, session = 0): void {
  log?.({ kind: 'limited', session, peer, limit });
}
