import { randomBytes } from 'node:crypto';
import { Server } from 'node:net';
import { createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import { ClientProof } from './client-proof.ts';
import { pem, pems } from './pem.ts';
import { findNamed, serverNames } from './server-names.ts';
import { SessionProof } from './session-proof.ts';
import { markOf } from './tls-mark.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsIdentity, TlsServerSettings } from './tls-settings.ts';

/** TLS 1.2 sessions kept for one control connection: clients make one, or a few. */
const cachedSessions = 8;

interface NamedIdentity extends TlsIdentity {
  readonly names: readonly string[];
}

/** One context for each certificate, all with the same ticket keys. */
class Contexts {
  readonly keys = randomBytes(48);
  readonly #settings: TlsServerSettings;
  readonly #made = new Map<NamedIdentity, SecureContext>();

  constructor(settings: TlsServerSettings) {
    this.#settings = settings;
  }

  of(identity: NamedIdentity): SecureContext {
    const known = this.#made.get(identity);
    if (known !== undefined) return known;
    // A ticket is written with the keys of the certificate's context that SNI has chosen, and opened with those of the context that
    // the handshake begins with.
    const made = createSecureContext(contextOptions(this.#settings, identity, this.keys));
    this.#made.set(identity, made);
    return made;
  }
}

/** TLS of a server: one for the process; a session for each control connection. */
export class TlsServer {
  readonly #settings: TlsServerSettings | undefined;
  readonly #identities: readonly NamedIdentity[];
  readonly #shared: Contexts | undefined;
  #handshakes = 0;

  /** `awaited`: there will be a certificate, and until then there is no session. */
  constructor(settings: TlsServerSettings | 'awaited') {
    if (settings === 'awaited') {
      this.#identities = [];
      return;
    }
    this.#settings = settings;
    const all: readonly TlsIdentity[] = [settings, ...(settings.certificates ?? [])];
    this.#identities = all.map(({ cert, key, passphrase, names }) => ({
      cert,
      key,
      passphrase,
      names: serverNames({ cert, names }),
    }));
    // Built once now so that a certificate that does not fit its key is an error at the start, not at the first client.
    const shared = new Contexts(settings);
    for (const identity of this.#identities) shared.of(identity);
    this.#shared = settings.binding === 'off' ? shared : undefined;
  }

  /** Handshakes of control connections that are under way. */
  get handshakes(): number {
    return this.#handshakes;
  }

  /** There is a certificate. */
  get isReady(): boolean {
    return this.#identities.length > 0;
  }

  /** Host names that the certificates are for, stars included. */
  get names(): readonly string[] {
    return [...new Set(this.#identities.flatMap(({ names }) => names))];
  }

  /** Which certificate is shown depends on whom the client asks for. */
  get hasSeveral(): boolean {
    return this.#identities.length > 1;
  }

  /** One of the certificates is for this host. */
  covers(host: string): boolean {
    return findNamed(this.#identities, host.toLowerCase()) !== undefined;
  }

  /**
   * Cheap until the handshake: the context with ticket keys of its own is built then (about 1 ms). `host`: whom a client has asked for
   * before; what it asks for in the handshake goes before that.
   * @throws TypeError while the certificate is awaited.
   */
  session(host?: string): TlsSession {
    const settings = this.#settings;
    const [first] = this.#identities;
    if (settings === undefined || first === undefined) throw new TypeError('There is no certificate yet');
    const usual = (host === undefined ? undefined : this.#named(host)) ?? first;
    const shared = this.#shared;
    let contexts = shared;
    let sessions: Server | undefined;
    const proof = new SessionProof();
    const client = settings.clientCertificates && new ClientProof(settings.clientCertificates);
    const marks: string[] = [];
    let isSecured = false;
    const several = this.#identities.length > 1;
    return {
      role: 'server',
      marks,
      binding: settings.binding ?? 'prefer',
      clearable: settings.allowClear ?? false,
      handshakeTimeout: settings.handshakeTimeout,
      wrap: (stream) => {
        if (contexts === undefined) {
          contexts = new Contexts(settings);
          marks.push(markOf('ticket', contexts.keys.subarray(0, 16)));
        }
        if (shared === undefined) {
          // Whoever comes later without having resumed is somebody else, with a session of his own.
          sessions ??= sessionCache((id) => isSecured || marks.push(markOf('session', id)));
        }
        const own = contexts;
        const tls = new TLSSocket(stream, {
          isServer: true,
          secureContext: own.of(usual),
          ...(sessions === undefined ? {} : { server: sessions }),
          ...(client === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
          ...(several ? { SNICallback: (name, done) => done(null, own.of(this.#named(name) ?? usual)) } : {}),
        });
        // A client that asks for handshake after handshake costs us far more than itself.
        tls.disableRenegotiation();
        return tls;
      },
      beginning: () => this.#beginning(),
      objection: (tls) => client?.objection(tls),
      authorized: (tls) => (client?.shown(tls) === undefined ? undefined : true),
      certificate: (tls) => client?.shown(tls),
      secured: (tls) => {
        isSecured = true;
        proof.remember(tls);
        client?.remember(tls);
      },
      isProven: (tls) => proof.isProven(tls),
    };
  }

  #beginning(): () => void {
    this.#handshakes += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#handshakes -= 1;
      isOver = true;
    };
  }

  #named(name: string): NamedIdentity | undefined {
    return findNamed(this.#identities, name.toLowerCase());
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

/**
 * Keys of its own: a ticket that such a context accepts was given out by this very control connection. The first 16 bytes are the
 * name of the keys, and the beginning of every ticket.
 */
function contextOptions(
  settings: TlsServerSettings,
  { cert, key, passphrase }: TlsIdentity,
  ticketKeys: Buffer,
): SecureContextOptions {
  const { ciphers, minVersion = 'TLSv1.2', clientCertificates } = settings;
  // Node gives out two TLS 1.3 tickets at the control handshake and none later: clients that use a ticket once run dry
  // after two transfers. TLS 1.2 sessions can be resumed for ever, so a required binding is done in TLS 1.2.
  const cap = settings.binding === 'require' && minVersion === 'TLSv1.2' ? 'TLSv1.2' : undefined;
  const maxVersion = cap ?? settings.maxVersion;
  const { ca, crl } = clientCertificates ?? {};
  return {
    cert: pem(cert),
    key: pem(key),
    minVersion,
    ...(maxVersion ? { maxVersion } : {}),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(ca === undefined ? {} : { ca: pems(ca) }),
    ...(crl === undefined ? {} : { crl: pems(crl) }),
    honorCipherOrder: true,
    ticketKeys,
    sessionIdContext: 'duoport',
  };
}
