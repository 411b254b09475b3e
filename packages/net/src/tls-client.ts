import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { pem, pems } from './pem.ts';
import { checkCertificate, checkIdentity } from './tls-certificate.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsClientSettings } from './tls-settings.ts';

/** TLS of a client: a session for each control connection. */
export class TlsClient {
  readonly #settings: TlsClientSettings;
  readonly #context: SecureContext;

  constructor(settings: TlsClientSettings = {}) {
    this.#settings = settings;
    this.#context = createSecureContext(clientContext(settings));
  }

  /** `host`: what the control connection was dialled with; it is verified, and data connections share its identity. */
  session(host: string): TlsSession {
    const settings = this.#settings;
    const name = settings.servername ?? host;
    let ticket: Buffer | undefined;
    const options: ConnectionOptions = {
      secureContext: this.#context,
      // Verification is ours (see `objection`), so that the message can say what to do and a pinned certificate needs no authority.
      rejectUnauthorized: false,
      checkServerIdentity: checkIdentity,
      // Node binds a session to the host that it was made with: data connections carry the control connection's identity,
      // not the literal address they dial. An address is no SNI (RFC 6066 §3).
      host: name,
      ...(isIP(name) ? {} : { servername: name }),
      allowHalfOpen: true,
      ...(settings.protocols === undefined ? {} : { ALPNProtocols: [...settings.protocols] }),
    } as ConnectionOptions;
    return {
      role: 'client',
      marks: [],
      binding: settings.binding ?? 'prefer',
      clearable: settings.allowClear ?? false,
      handshakeTimeout: settings.handshakeTimeout,
      wrap: (stream) => {
        const tls = connect({ ...options, socket: stream, ...(ticket ? { session: ticket } : {}) });
        // TLS 1.3 tickets are better used once: the newest of any connection of this session wins.
        tls.on('session', (session) => {
          ticket = session;
        });
        return tls;
      },
      objection: (tls) => checkCertificate(tls, settings, name),
      // A pinned certificate that was not the one is an objection.
      authorized: (tls) => settings.fingerprint !== undefined || tls.authorized,
      certificate: () => undefined,
      secured: () => {},
      isProven: (tls) => tls.isSessionReused(),
    };
  }
}

function clientContext(settings: TlsClientSettings): SecureContextOptions {
  const { ca, cert, key, passphrase, ciphers, minVersion = 'TLSv1.2', maxVersion, secureOptions } = settings;
  return {
    minVersion,
    ...(maxVersion ? { maxVersion } : {}),
    ...(ca === undefined ? {} : { ca: pems(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(secureOptions === undefined ? {} : { secureOptions }),
  };
}
