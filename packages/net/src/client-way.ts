import type { Endpoint } from '@duoport/protocol';
import type { DataConnection } from './data-connection.ts';
import type { DialOptions } from './dial.ts';
import type { Lease } from './port-pool.ts';
import type { ConnectionName, Trace } from './trace.ts';

/** A port that a client wants. */
export interface WantedPort {
  readonly family: 4 | 6;
  /** The reply names an address (227, 228); otherwise a port alone, at the address of the control connection (229). */
  readonly tellsAddress: boolean;
  /** The control connection is under TLS. */
  readonly secure: boolean;
  /** Whose port it is. */
  readonly session: object;
  readonly connection: ConnectionName;
  readonly trace: Trace | undefined;
}

export interface PromisedPort {
  readonly lease: Lease;
  /** Where the client is told to dial. */
  readonly told: Endpoint;
}

/**
 * How one client's data connections come about: at this gateway, or at whoever stands where the client has dialled. Who may come,
 * and who is dialled, is checked by every way itself.
 */
export interface ClientWay {
  /** Rejects with FTP_LIMIT when there is no port, or no address that can be told. */
  lease(wanted: WantedPort): Promise<PromisedPort>;
  /** Dials an active client. */
  dial(
    to: Endpoint,
    options: Pick<DialOptions, 'timeout' | 'signal' | 'side' | 'connection' | 'trace'>,
  ): Promise<DataConnection>;
}
