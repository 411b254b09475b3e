import { type AcceptedConnection, SessionCounts } from '@duoport/net';
import { encodeReply, reply } from '@duoport/protocol';

export interface CarriageLimits {
  readonly maxSessions?: number | undefined;
  readonly maxSessionsPerAddress?: number | undefined;
}

/** The clients whose control connections are passed on as they are: counted, as those of the gateway are. */
export class Carriage {
  readonly #limits: CarriageLimits;
  readonly #counts = new SessionCounts();
  #emptied: (() => void)[] = [];

  constructor(limits: CarriageLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Carries a client as long as `carry` goes on. One who is not taken is told why, where it can be told. */
  async run(
    connection: AcceptedConnection,
    { implicitTls, carry }: { readonly implicitTls: boolean; carry(): Promise<void> },
  ): Promise<void> {
    const { address } = connection.peer;
    const because = this.#full(address);
    if (because !== undefined) return turnAway(connection, { implicitTls, because });
    this.#counts.came(address);
    try {
      await carry();
    } catch (error) {
      turnAway(connection, { implicitTls, because: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#counts.left(address);
      if (this.#counts.size === 0) for (const emptied of this.#emptied.splice(0)) emptied();
    }
  }

  /** Resolves when there are none, or when `grace` milliseconds are over. */
  empty(grace: number): Promise<void> {
    if (this.#counts.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, grace);
      this.#emptied.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #full(address: string): string | undefined {
    const { maxSessions = 10_000, maxSessionsPerAddress = Number.POSITIVE_INFINITY } = this.#limits;
    const most = { sessions: maxSessions, perAddress: maxSessionsPerAddress };
    return this.#counts.refusal(address, most)?.told;
  }
}

/** A connection that begins with TLS cannot be told anything: the key is the agent's. */
function turnAway(
  connection: AcceptedConnection,
  { implicitTls, because }: { readonly implicitTls: boolean; readonly because: string },
): void {
  if (implicitTls) connection.destroy();
  else connection.dismiss(encodeReply(reply(421, because.replace(/[\r\n\0]+/g, ' '))));
}
