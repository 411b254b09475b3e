import { randomBytes } from 'node:crypto';
import { isIP, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  TLSSocket,
} from 'node:tls';
import { SessionProof } from './session-proof.ts';
import { checkCertificate, checkIdentity } from './tls-certificate.ts';
import { markOf } from './tls-mark.ts';
import type { Pem, TlsBinding, TlsClientSettings, TlsServerSettings } from './tls-settings.ts';
import type { Side } from './trace.ts';

/** TLS 1.2 sessions kept for one control connection: clients make one, or a few. */
const cachedSessions = 8;

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
  /** After the handshake: undefined, or what is wrong with the peer's certificate and what to do. */
  objection(tls: TLSSocket): string | undefined;
  /** After a handshake without objection: whether the peer's certificate was verified. Undefined: none was asked for. */
  authorized(tls: TLSSocket): boolean | undefined;
  /** The handshake of the control connection is done: data connections are measured by it. */
  secured(tls: TLSSocket): void;
  /** After the handshake of a data connection: it resumed the session of the control connection. Asked once a connection. */
  isProven(tls: TLSSocket): boolean;
}

/** TLS of a server: one for the process; a session for each control connection. */
export class TlsServer {
  readonly #settings: TlsServerSettings;
  #shared: SecureContext | undefined;

  constructor(settings: TlsServerSettings) {
    this.#settings = settings;
    // Built once now so that a certificate that does not fit its key is an error at the start, not at the first client.
    this.#shared = createSecureContext(serverContext(settings));
  }

  /** Cheap until the handshake: the context with ticket keys of its own is built then (about 1 ms). */
  session(): TlsSession {
    const settings = this.#settings;
    const shared = settings.binding === 'off' ? this.#shared : undefined;
    let context = shared;
    let sessions: Server | undefined;
    const proof = new SessionProof();
    const marks: string[] = [];
    let isSecured = false;
    return {
      role: 'server',
      marks,
      binding: settings.binding ?? 'prefer',
      clearable: settings.allowClear ?? false,
      handshakeTimeout: settings.handshakeTimeout,
      wrap: (stream) => {
        if (!context) {
          const own = serverContext(settings);
          context = createSecureContext(own);
          marks.push(markOf('ticket', own.ticketKeys.subarray(0, 16)));
        }
        if (shared === undefined) {
          // Whoever comes later without having resumed is somebody else, with a session of his own.
          sessions ??= sessionCache((id) => isSecured || marks.push(markOf('session', id)));
        }
        const cache = sessions === undefined ? {} : { server: sessions };
        const tls = new TLSSocket(stream, { isServer: true, secureContext: context, ...cache });
        // A client that asks for handshake after handshake costs us far more than itself.
        tls.disableRenegotiation();
        return tls;
      },
      objection: () => undefined,
      authorized: () => undefined,
      secured: (tls) => {
        isSecured = true;
        proof.remember(tls);
      },
      isProven: (tls) => proof.isProven(tls),
    };
  }
}

/**
 * TLS 1.2 sessions by their number, for clients that take no tickets (curl sets SSL_OP_NO_TICKET). Of one control session:
 * to be found here is the same proof as a ticket. Node asks the `server` of a TLS socket; this one never listens.
 */
function sessionCache(onNew: (id: Buffer) => void): Server {
  const known = new Map<string, Buffer>();
  const server = new Server();
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    if (known.size < cachedSessions) known.set(id.toString('latin1'), data);
    onNew(id);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
    done(null, known.get(id.toString('latin1')) ?? null);
  });
  return server;
}

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
      secured: () => {},
      isProven: (tls) => tls.isSessionReused(),
    };
  }
}

function serverContext(settings: TlsServerSettings): SecureContextOptions & { readonly ticketKeys: Buffer } {
  const { cert, key, passphrase, ciphers, minVersion = 'TLSv1.2' } = settings;
  // Node gives out two TLS 1.3 tickets at the control handshake and none later: clients that use a ticket once run dry
  // after two transfers. TLS 1.2 sessions can be resumed for ever, so a required binding is done in TLS 1.2.
  const cap = settings.binding === 'require' && minVersion === 'TLSv1.2' ? 'TLSv1.2' : undefined;
  const maxVersion = cap ?? settings.maxVersion;
  return {
    cert: pem(cert),
    key: pem(key),
    minVersion,
    ...(maxVersion ? { maxVersion } : {}),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    honorCipherOrder: true,
    // Keys of its own: a ticket that this context accepts was given out by this very control connection. The first 16 bytes
    // are the name of the keys, and the beginning of every ticket.
    ticketKeys: randomBytes(48),
    sessionIdContext: 'duoport',
  };
}

function clientContext(settings: TlsClientSettings): SecureContextOptions {
  const { ca, cert, key, passphrase, ciphers, minVersion = 'TLSv1.2', maxVersion, secureOptions } = settings;
  return {
    minVersion,
    ...(maxVersion ? { maxVersion } : {}),
    ...(ca === undefined ? {} : { ca: Array.isArray(ca) ? ca.map(pem) : pem(ca as Pem) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(secureOptions === undefined ? {} : { secureOptions }),
  };
}

function pem(text: Pem): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
