import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from './client-certificate.ts';
import type { TlsBinding } from './tls-settings.ts';
import type { Side } from './trace.ts';

/** The TLS of one FTP session: its control connection and the data connections that must be bound to it. */
export interface TlsSession {
  /** Role in TLS, which is the end of the FTP conversation, whoever dialled (RFC 4217 §7). */
  readonly role: Side;
  readonly binding: TlsBinding;
  /** `stopTls` is possible on a control connection secured with it. */
  readonly clearable: boolean;
  /** Milliseconds for a handshake, when the settings say so. */
  readonly handshakeTimeout: number | undefined;
  /**
   * How a ClientHello that resumes this session can be told from outside: the key name of its tickets, the ids of its sessions. Of
   * a server; there are some once the control connection's handshake is done.
   */
  readonly marks: readonly string[];
  /** Starts a handshake over `stream`. For the connections of this package. */
  wrap(stream: Duplex): TLSSocket;
  /** Counts a handshake of a control connection, until what is returned is called. Of a server. */
  beginning?(): () => void;
  /** After the handshake: undefined, or what is wrong with the peer's certificate and what to do. */
  objection(tls: TLSSocket): string | undefined;
  /** After a handshake without objection: whether the peer's certificate was verified. Undefined: none was asked for. */
  authorized(tls: TLSSocket): boolean | undefined;
  /** After a handshake without objection: the certificate that the client has shown. Of a server that asks for one. */
  certificate(tls: TLSSocket): ClientCertificate | undefined;
  /** The handshake of the control connection is done: data connections are measured by it. */
  secured(tls: TLSSocket): void;
  /** After the handshake of a data connection: it resumed the session of the control connection. Asked once a connection. */
  isProven(tls: TLSSocket): boolean;
}
