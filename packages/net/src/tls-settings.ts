import type { ConnectionOptions, SecureVersion } from 'node:tls';
import type { ClientCertificate } from './client-certificate.ts';

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

/** What a server shows of itself. */
export interface TlsIdentity {
  /** The certificate, followed by those of the authorities in between. */
  readonly cert: Pem;
  readonly key: Pem;
  readonly passphrase?: string | undefined;
  /**
   * Clients that ask for one of these get it (SNI; HOST before AUTH). `*.example.org` is any one label in place of the star. Default:
   * the names in the certificate.
   */
  readonly names?: readonly string[] | undefined;
}

/** Certificates of clients: whether they are asked for, and who may have signed them. */
export interface ClientCertificateSettings {
  /** `ask`: who shows none may go on, who shows one that is not good may not. `require`: nobody goes on without. */
  readonly wanted: 'ask' | 'require';
  /** The authorities whose certificates are good. */
  readonly ca: Pem | readonly Pem[];
  /**
   * What the authorities have revoked. When there is one, there must be one that has not run out of every authority in the chain: without
   * it nobody can tell, and the certificate is refused. Every session under TLS holds a copy.
   */
  readonly crl?: Pem | readonly Pem[] | undefined;
}

/** The certificate for whoever asks for none in particular, and how TLS is done with all. */
export interface TlsServerSettings extends TlsCommonSettings, TlsIdentity {
  /** More of them, chosen by the name that the client asks for. */
  readonly certificates?: readonly TlsIdentity[] | undefined;
  /** Default: clients are not asked for certificates. */
  readonly clientCertificates?: ClientCertificateSettings | undefined;
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
  /** The certificate passed verification (or the pinned fingerprint); false with `insecure`, undefined when none was asked for, or shown. */
  readonly authorized: boolean | undefined;
  /** Of a server: the client's certificate, verified. */
  readonly certificate: ClientCertificate | undefined;
  readonly peerFingerprint: string | undefined;
  /** The name that was asked for (SNI), as a client or of a server. */
  readonly serverName: string | undefined;
}
