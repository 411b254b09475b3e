import { type Endpoint, formatEndpoint } from '@duoport/protocol';

/**
 * A gateway that points at itself passes its own connections on to itself until there are no more. Under TLS nothing can be said about
 * that; but what we have dialled and what has come in are then the same connection.
 */
export class Echoes {
  readonly #dialled = new Set<string>();
  readonly #accepted = new Set<string>();

  /** Whether this connection, which came from `peer`, is one that we have dialled. */
  accepted(peer: Endpoint): boolean {
    this.#accepted.add(formatEndpoint(peer));
    return this.#dialled.has(formatEndpoint(peer));
  }

  /** Whether this connection, which we have dialled from `local`, has come in here. */
  dialled(local: Endpoint): boolean {
    this.#dialled.add(formatEndpoint(local));
    return this.#accepted.has(formatEndpoint(local));
  }

  gone(end: Endpoint): void {
    this.#dialled.delete(formatEndpoint(end));
    this.#accepted.delete(formatEndpoint(end));
  }
}
