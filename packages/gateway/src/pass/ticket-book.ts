import type { Upstream } from '../upstream.ts';

/** Sessions of one control connection: a full handshake makes one, of both kinds. */
const mostEach = 8;

/** Which server knows which TLS session, for as long as the control connection lasts that it was made on. */
export class TicketBook {
  readonly #servers = new Map<string, Upstream>();

  /** A page for one control connection to a server. */
  page(server: Upstream): { add(mark: string): void; close(): void } {
    const marks: string[] = [];
    return {
      add: (mark) => {
        // The first one holds: nobody may lead somebody else's data connections astray by showing the number of his session.
        if (marks.length >= mostEach || this.#servers.has(mark)) return;
        marks.push(mark);
        this.#servers.set(mark, server);
      },
      close: () => {
        for (const mark of marks) this.#servers.delete(mark);
      },
    };
  }

  /** Whose session a ClientHello offers to resume. */
  find(marks: Iterable<string>): Upstream | undefined {
    for (const mark of marks) {
      const server = this.#servers.get(mark);
      if (server !== undefined) return server;
    }
    return undefined;
  }
}
