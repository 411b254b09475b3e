import type { AcceptedConnection } from './accepted-connection.ts';
import type { Awaitable } from './bytes.ts';
import type { PeerPolicy } from './peer-check.ts';

/** A data connection that a client was told to open to the control port. Plain data: it may be told by another process. */
export interface ExpectedData {
  /** Address of the control connection's peer. */
  readonly peer: string;
  /** Port of ours that the control connection came in on: the data connection comes to the same one. */
  readonly port: number;
  /** How exactly the peer must match. Default exact. */
  readonly policy?: PeerPolicy | undefined;
  /** It will be under TLS. */
  readonly secure: boolean;
  /** What tickets and session ids of its TLS session look like from outside (`TlsSession.marks`). */
  readonly marks: readonly string[];
}

/** Who waits for the data connection. */
export interface DataOwner {
  /** It came. `ticketed`: it showed a ticket of the session, which the handshake has to prove; otherwise it is there by exclusion. */
  came(connection: AcceptedConnection, ticketed: boolean): void;
  /** It cannot be told which connection it is. Nothing comes any more. */
  refused(because: string): void;
}

/** A place at the door. */
export interface DataPlace {
  /** The transfer has begun: from now on a connection that can be no other's may be given out. */
  awaited(): void;
  /** Nobody waits any more. Harmless when the connection came. */
  end(): void;
}

/** Where data connections come in together with control connections. */
export interface DataDoor {
  /** Resolves when a connection may come: tell the client not before. Rejects with FTP_LIMIT when it would be ambiguous. */
  expect(data: ExpectedData, owner: DataOwner): Awaitable<DataPlace>;
}
