import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { AcceptedConnection } from './accepted-connection.ts';
import type { Awaitable } from './bytes.ts';
import { type ControlListener, type ListenOptions, listenConnections } from './control-listen.ts';
import { netLimits } from './net-limits.ts';
import { readHello } from './read-hello.ts';

const protocol = 'acme-tls/1';

/**
 * Proves to an ACME server that the names of a certificate lead here (TLS-ALPN-01, RFC 8737): shows it the certificate that it expects, on a
 * port of its own or on one where TLS begins with the first byte.
 */
export class ChallengeDoor {
  readonly #expected = new Map<string, SecureContext>();

  /** What whoever asks for `name` is to be shown; PEM. */
  expect(name: string, cert: string, key: string): void {
    this.#expected.set(name.toLowerCase(), createSecureContext({ cert, key }));
  }

  forget(name: string): void {
    this.#expected.delete(name.toLowerCase());
  }

  /** For a listener of other things: true when the connection was an ACME server's. Costs nothing while nobody is expected. */
  divert(connection: AcceptedConnection): Awaitable<boolean> {
    return this.#expected.size > 0 && this.#look(connection);
  }

  async #look(connection: AcceptedConnection): Promise<boolean> {
    const hello = await readHello(connection);
    if (hello === undefined || !hello.protocols.includes(protocol)) return false;
    this.#show(connection, hello.serverName);
    return true;
  }

  /** A port of its own: whoever else comes is sent away. Rejects with FTP_CONNECTION, phase `listen`. */
  listen(options: Pick<ListenOptions, 'host' | 'port'>): Promise<ControlListener> {
    return listenConnections({ ...options, maxConnections: netLimits.heldConnections }, (connection) => {
      this.#look(connection).then(
        (isTaken) => isTaken || connection.destroy(),
        () => connection.destroy(),
      );
    });
  }

  #show(connection: AcceptedConnection, name = ''): void {
    const secureContext = this.#expected.get(name);
    if (secureContext === undefined) return connection.destroy();
    const socket = connection.take();
    socket.setTimeout(netLimits.closeTimeout, () => socket.destroy());
    const options = { isServer: true, secureContext, ALPNProtocols: wireForm(protocol) };
    const tls = new TLSSocket(socket, options);
    const over = () => tls.destroy();
    tls
      .on('error', over)
      .on('end', over)
      .on('close', () => socket.destroy());
    tls.resume();
  }
}

/** RFC 7301 §3.1: a length before each name. */
function wireForm(name: string): Uint8Array {
  return Uint8Array.from([name.length, ...Buffer.from(name, 'latin1')]);
}
