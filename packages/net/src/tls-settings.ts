import type { ConnectionOptions, SecureVersion } from 'node:tls';

/** PEM text, or its bytes. */
export type Pem = string | Uint8Array;

/**
 * How much a data connection must prove that it belongs to its control connection by resuming its TLS session.
 * `require`: refused otherwise. `prefer`: resumed when the peer can, accepted and traced otherwise. `off`: not looked at.
 */
export type TlsBinding = 'require' | 'prefer' | 'off';

export type TlsVersion = Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'>;

interface TlsCommonSettings {
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  /** OpenSSL cipher list. */
  readonly ciphers?: string | undefined;
  /** Default `prefer`. */
  readonly binding?: TlsBinding | undefined;
  /** Milliseconds for one handshake. */
  readonly handshakeTimeout?: number | undefined;
}

export interface TlsServerSettings extends TlsCommonSettings {
  readonly cert: Pem;
  readonly key: Pem;
  readonly passphrase?: string | undefined;
  /** Keep the control connection able to go back to clear (RFC 4217 CCC). Costs a little speed on it. Default false. */
  readonly allowClear?: boolean | undefined;
}

export interface TlsClientSettings extends TlsCommonSettings {
  /** Name to verify and to send as SNI. Default: the host that the control connection was dialled with. */
  readonly servername?: string | undefined;
  /** Trust these instead of the built-in authorities. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined;
  /** SHA-256 of the server's certificate in hex (colons allowed): accept exactly this one, whoever signed it. */
  readonly fingerprint?: string | undefined;
  /** Certificate of the client. */
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  /** Protocols to offer by ALPN (RFC 7301). */
  readonly protocols?: readonly string[] | undefined;
  /** As {@link TlsServerSettings.allowClear}, for a client that means to send CCC. */
  readonly allowClear?: boolean | undefined;
  /** For tests of odd servers only: passed through to OpenSSL. */
  readonly secureOptions?: ConnectionOptions['secureOptions'];
}

/** What is known of a connection's TLS once the handshake is done. */
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  /** The handshake resumed an earlier session. */
  readonly reused: boolean;
  /** The certificate passed verification (or the pinned fingerprint); false with `insecure`, undefined when none was asked for. */
  readonly authorized: boolean | undefined;
  readonly peerFingerprint: string | undefined;
  /** The name that was asked for (SNI), as a client or of a server. */
  readonly serverName: string | undefined;
}
