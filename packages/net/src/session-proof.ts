import type { TLSSocket } from 'node:tls';

/**
 * Tells whether a data connection resumed the session of *this* control connection. That its ticket opens under this
 * session's keys is not quite enough: whoever makes a full handshake on a data connection is given such a ticket too, and
 * could come again with it.
 */
export class SessionProof {
  #controlKey: Buffer | undefined;
  #strangers = 0;

  /** The control connection's handshake is done. */
  remember(tls: TLSSocket): void {
    this.#controlKey = masterKey(tls.getSession());
  }

  /** A data connection's handshake is done. */
  isProven(tls: TLSSocket): boolean {
    if (!tls.isSessionReused()) {
      this.#strangers += 1;
      return false;
    }
    // TLS 1.3 makes a new secret for every connection, so tickets count there only while no stranger was given one.
    if (tls.getProtocol() === 'TLSv1.3') return this.#strangers === 0;
    const key = masterKey(tls.getSession());
    return key !== undefined && this.#controlKey?.equals(key) === true;
  }
}

const OCTET_STRING = 0x04;

/** SSL_SESSION of OpenSSL: SEQUENCE { version, protocol, cipher, session id, master key, … }. Undefined: not that. */
export function masterKey(session: Buffer | undefined): Buffer | undefined {
  if (!session) return undefined;
  let at = header(session, 0)?.start;
  for (let field = 0; at !== undefined; field += 1) {
    const found = header(session, at);
    if (!found) return undefined;
    if (field === 4) {
      return found.tag === OCTET_STRING ? session.subarray(found.start, found.end) : undefined;
    }
    at = found.end;
  }
  return undefined;
}

/** Tag, and where the contents lie. */
function header(der: Buffer, at: number): { tag: number; start: number; end: number } | undefined {
  const [tag, short] = [der[at], der[at + 1]];
  if (tag === undefined || short === undefined) return undefined;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || start > der.length) return undefined;
  const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes);
  return start + length > der.length ? undefined : { tag, start, end: start + length };
}
