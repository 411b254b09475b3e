import type { TlsBinding, TlsClientSettings, TlsServerSettings } from './tls-settings.ts';
import type { Side } from './trace.ts';

/** The TLS of one FTP session: its control connection and the data connections that must be bound to it. */
export interface TlsSession {
  /** Role in TLS, which is the end of the FTP conversation, whoever dialled (RFC 4217 §7). */
  readonly role: Side;
  readonly binding: TlsBinding;
  /** `stopTls` is possible on a control connection secured with it. */
  readonly clearable: boolean;
}

/** TLS of a server: one for the process; a session for each control connection. */
export class TlsServer {
  constructor(_settings: TlsServerSettings) {}
  /** Cheap until the handshake: the context with ticket keys of its own is built then (about 1 ms). */
  session(): TlsSession {
    throw new Error('not yet');
  }
}

/** TLS of a client: a session for each control connection. */
export class TlsClient {
  constructor(_settings: TlsClientSettings = {}) {}
  /** `host`: what the control connection was dialled with; it is verified, and data connections share its identity. */
  session(_host: string): TlsSession {
    throw new Error('not yet');
  }
}
