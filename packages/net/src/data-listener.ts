import { createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';
import type { ArmedLease } from './lease.ts';
import { bindForeign } from './native/foreign-socket.ts';
import { ProxyIntake, type ProxyTrust } from './proxy-intake.ts';
import { kernelEndpoint, peerEndpoint } from './socket-address.ts';

export interface DataListenerOptions {
  readonly host: string;
  readonly port: number;
  /** `host` need not be an address of this machine (IP_TRANSPARENT). */
  readonly foreign?: boolean | undefined;
  /** Proxies in front, which say in a PROXY header whose connection it is. */
  readonly proxy?: ProxyTrust | undefined;
  /** Somebody came who has no lease, or a proxy without its header. */
  onStray(): void;
}

/** One port that is listened on. Stays open between leases; several peers may hold a lease of it at once. */
export class DataListener {
  readonly endpoint: Endpoint;
  readonly #server: Server;
  readonly #byPeer = new Map<string, ArmedLease>();
  readonly #onStray: () => void;
  readonly #intake: ProxyIntake | undefined;
  #exclusive: ArmedLease | undefined;

  private constructor(server: Server, endpoint: Endpoint, { proxy, onStray }: DataListenerOptions) {
    this.#server = server;
    this.endpoint = endpoint;
    this.#onStray = onStray;
    this.#intake = proxy && new ProxyIntake(proxy);
  }

  /** Rejects with Node's error: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
  static async open(options: DataListenerOptions): Promise<DataListener> {
    const { host, port, foreign } = options;
    const where = foreign ? { fd: await bindForeign(host, port) } : { host, port };
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
      server.once('error', reject);
      server.listen({ ...where, exclusive: true }, () => {
        const bound = server.address();
        server.off('error', reject);
        if (bound === null || typeof bound === 'string') {
          server.close();
          reject(new Error('the listener has no address'));
          return;
        }
        const listener = new DataListener(server, kernelEndpoint(bound.address, bound.port), options);
        // Running out of descriptors while accepting: the connection is lost, the listener lives on.
        server.on('error', () => {});
        server.on('connection', (socket) => listener.#arrived(socket));
        resolve(listener);
      });
    });
  }

  get idle(): boolean {
    return this.#exclusive === undefined && this.#byPeer.size === 0;
  }

  /** A lease for `peer` can be added. `exclusive`: only when nobody else has one. */
  hasRoom(peer: string | undefined, exclusive: boolean): boolean {
    if (this.#exclusive) return false;
    return exclusive || peer === undefined ? this.#byPeer.size === 0 : !this.#byPeer.has(peer);
  }

  add(lease: ArmedLease): void {
    const { peer } = lease.request;
    if (lease.exclusive || peer === undefined) this.#exclusive = lease;
    else this.#byPeer.set(peer, lease);
  }

  remove(lease: ArmedLease): void {
    const { peer } = lease.request;
    if (this.#exclusive === lease) this.#exclusive = undefined;
    else if (peer !== undefined && this.#byPeer.get(peer) === lease) this.#byPeer.delete(peer);
  }

  /** A connection that came to this port by another way: true when a lease takes it. */
  offer(socket: Socket): boolean {
    const peer = peerEndpoint(socket);
    const lease = peer && (this.#exclusive ?? this.#byPeer.get(withoutZone(peer.address)));
    return peer !== undefined && lease?.offer(socket, peer) === true;
  }

  /** Releases all leases, stops listening. */
  close(): Promise<void> {
    this.#exclusive?.release();
    for (const lease of [...this.#byPeer.values()]) lease.release();
    void this.#intake?.close();
    return new Promise((resolve) => {
      // Not waiting for connections that were handed over: they have owners.
      this.#server.close();
      this.#server.unref();
      resolve();
    });
  }

  #arrived(socket: Socket): void {
    if (this.#intake === undefined) return this.#admitted(socket, peerEndpoint(socket));
    this.#intake.admit(socket, {
      admitted: (ends) => this.#admitted(socket, ends?.source ?? peerEndpoint(socket)),
      refused: this.#onStray,
    });
  }

  #admitted(socket: Socket, peer: Endpoint | undefined): void {
    if (!peer) {
      socket.destroy();
      return;
    }
    const lease = this.#exclusive ?? this.#byPeer.get(withoutZone(peer.address));
    if (lease?.offer(socket, peer)) return;
    this.#onStray();
    if (!lease) for (const other of this.#byPeer.values()) other.stray(peer);
    socket.on('error', () => {});
    socket.destroy();
  }
}

/** Leases name link-local peers without the network card that they are reached by. */
function withoutZone(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
