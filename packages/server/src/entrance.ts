import type { AcceptedConnection } from '@duoport/net';
import { type Endpoint, encodeReply, type Reply, reply } from '@duoport/protocol';
import { bannedText } from './defence/guard.ts';
import type { Limit } from './log.ts';
import type { Settings } from './settings.ts';

/** Who may come in, before there is a session: counts who is there. Nobody waits here. */
export class Entrance {
  #all = 0;
  readonly #perAddress = new Map<string, number>();

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
    if (this.#all >= maxSessions) {
      limited(settings, peer, 'sessions', session);
      return reply(421, `All ${maxSessions} sessions are in use; try again later.`);
    }
    if ((this.#perAddress.get(peer.address) ?? 0) >= maxSessionsPerAddress) {
      limited(settings, peer, 'sessions-per-address', session);
      guard?.offended({ session, peer, offence: 'too-many-sessions' }).catch(() => undefined);
      return reply(421, `Your address has ${maxSessionsPerAddress} sessions open, which is the limit.`);
    }
    return reply(220, settings.greeting);
  }

  came(address: string): void {
    this.#all += 1;
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
  }

  left(address: string): void {
    this.#all -= 1;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}

function limited({ log }: Settings, peer: Endpoint, limit: Limit, session = 0): void {
  log?.({ kind: 'limited', session, peer, limit });
}
