import type { AcceptedConnection } from './accepted-connection.ts';
import { ClientHelloReader } from './client-hello.ts';
import type { ExpectedConnection } from './expected-connection.ts';
import { marksOf } from './tls-mark.ts';

/**
 * What a connection has shown of itself. `silent`: nothing, as a control connection does and a data connection may. `hello`: a
 * whole ClientHello. `other`: anything else.
 */
export type Shown = 'silent' | 'hello' | 'other';

export interface HeldOptions {
  readonly connection: AcceptedConnection;
  /** It came in on a port where everything begins with TLS. */
  readonly implicit: boolean;
  /** All whose data connection it may be. */
  readonly candidates: Set<ExpectedConnection>;
  /** Takes it when it is a control connection. */
  readonly control: (connection: AcceptedConnection) => void;
  /** It has shown something; `marks` are those of its ClientHello. */
  readonly onShown: (held: HeldConnection, marks: ReadonlySet<string>) => void;
  readonly onGone: (held: HeldConnection) => void;
  /** It has waited for as long as anybody should. */
  readonly onOverdue: (held: HeldConnection) => void;
  readonly timeout: number;
}

/** A connection that waits until it is certain what it is. */
export class HeldConnection {
  readonly implicit: boolean;
  readonly candidates: Set<ExpectedConnection>;
  readonly control: (connection: AcceptedConnection) => void;
  /** It may be the data connection of a transfer that was refused: to greet it would put a 220 into somebody's file. */
  tainted = false;
  readonly #connection: AcceptedConnection;
  readonly #hello = new ClientHelloReader();
  readonly #watch: { end(): void };
  readonly #timer: NodeJS.Timeout;
  #shown: Shown = 'silent';
  #foreign = false;

  constructor(options: HeldOptions) {
    const { connection, implicit, candidates, control, onShown, onGone, onOverdue, timeout } = options;
    this.#connection = connection;
    this.implicit = implicit;
    this.candidates = candidates;
    this.control = control;
    this.#timer = setTimeout(() => onOverdue(this), timeout);
    this.#watch = connection.watch({
      bytes: (chunk) => {
        const read = this.#hello.push(chunk);
        if (read.kind === 'more') return true;
        this.#shown = read.kind;
        this.#foreign = read.kind === 'hello' && read.hello.tickets.length > 0;
        // Not from within the read: whoever gets the connection reads it anew.
        queueMicrotask(() => onShown(this, read.kind === 'hello' ? marksOf(read.hello) : nothing));
        return false;
      },
      ended: () => {
        this.#shown = 'other';
        onShown(this, nothing);
      },
      gone: () => onGone(this),
    });
  }

  get shown(): Shown {
    return this.#shown;
  }

  /** It has shown a ticket, and while it is held that is none of those that it may belong to. */
  get foreign(): boolean {
    return this.#foreign;
  }

  /** By what it has shown it may be the data connection of `expected`. */
  suits({ data }: ExpectedConnection): boolean {
    return data.secure ? this.#shown === 'hello' && !this.implicit : true;
  }

  /** Gives the connection up, with what was read of it. */
  release(): AcceptedConnection {
    clearTimeout(this.#timer);
    this.#watch.end();
    return this.#connection;
  }
}

const nothing: ReadonlySet<string> = new Set();
