/** What a ClientHello shows of earlier sessions, before anything of it is proven. */
export interface ClientHello {
  /** TLS 1.2 session id; in TLS 1.3 a number without meaning (RFC 8446 §4.1.2). Empty: none. */
  readonly sessionId: Uint8Array;
  /** Tickets: of `session_ticket` (RFC 5077) and of every identity of `pre_shared_key` (RFC 8446 §4.2.11). */
  readonly tickets: readonly Uint8Array[];
  /** The name that the client asks for (RFC 6066 §3), in small letters. */
  readonly serverName: string | undefined;
  /** What it would speak over TLS (ALPN, RFC 7301 §3.1), best first. */
  readonly protocols: readonly string[];
}

export type ClientHelloRead =
  /** Could still become one. */
  | { readonly kind: 'more' }
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  /** Certainly not one, or longer than any client's. */
  | { readonly kind: 'other' };

/** Key shares for after quantum computers make 2 KiB; this is several times what any client sends. */
const longest = 16 * 1024;

const handshakeRecord = 22;
const clientHello = 1;
const serverName = 0;
const applicationProtocols = 16;
const sessionTicket = 35;
const preSharedKey = 41;

/** Reads the beginning of a connection, in pieces of any size (RFC 8446 §4.1.2, §5.1; RFC 5246 §7.4.1.2). Bounded memory. */
export class ClientHelloReader {
  /** From the beginning of an unfinished record on. */
  #bytes: Uint8Array = new Uint8Array(0);
  /** The handshake message, out of its records. */
  #message: number[] = [];
  #read: ClientHelloRead = { kind: 'more' };

  /** The verdict on all bytes so far; once it is not `more` it stays. */
  push(bytes: Uint8Array): ClientHelloRead {
    if (this.#read.kind !== 'more') return this.#read;
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
    this.#read = this.#look();
    if (this.#read.kind !== 'more') {
      this.#bytes = new Uint8Array(0);
      this.#message = [];
    }
    return this.#read;
  }

  #look(): ClientHelloRead {
    for (;;) {
      const bytes = this.#bytes;
      const [type, major, , high = 0, low = 0] = bytes;
      if (type !== undefined && type !== handshakeRecord) return other;
      if (major !== undefined && major !== 3) return other;
      const length = high * 256 + low;
      if (bytes.length >= 5 && (length === 0 || length > longest)) return other;
      // What there is of an unfinished record tells already whether it is a ClientHello.
      if (bytes[5] !== undefined && this.#message.length === 0 && bytes[5] !== clientHello) return other;
      if (bytes.length < 5 || bytes.length < 5 + length) return more;
      for (const byte of bytes.subarray(5, 5 + length)) this.#message.push(byte);
      this.#bytes = bytes.subarray(5 + length);
      const finished = this.#finish();
      if (finished !== undefined) return finished;
    }
  }

  /** Undefined: the message goes on in the next record. */
  #finish(): ClientHelloRead | undefined {
    const [type, top = 0, high = 0, low = 0] = this.#message;
    if (type !== clientHello) return other;
    const length = top * 65_536 + high * 256 + low;
    if (this.#message.length < 4) return undefined;
    if (length > longest) return other;
    if (this.#message.length < 4 + length) return undefined;
    const hello = decodeBody(new Reader(Uint8Array.from(this.#message.slice(4, 4 + length))));
    return hello === undefined ? other : { kind: 'hello', hello };
  }
}

const more: ClientHelloRead = { kind: 'more' };
const other: ClientHelloRead = { kind: 'other' };

/** version, random, session id, cipher suites, compression methods, extensions (which TLS 1.2 may leave out). */
function decodeBody(body: Reader): ClientHello | undefined {
  body.take(2 + 32);
  const sessionId = body.vector(1);
  const suites = body.vector(2);
  const compression = body.vector(1);
  if (sessionId === undefined || sessionId.length > 32) return undefined;
  if (suites === undefined || suites.length < 2 || compression === undefined) return undefined;
  if (body.isEmpty) return { sessionId, tickets: [], serverName: undefined, protocols: [] };
  const extensions = body.vector(2);
  if (extensions === undefined || !body.isEmpty) return undefined;
  const decoded = decodeExtensions(new Reader(extensions));
  return decoded && { sessionId, ...decoded };
}

function decodeExtensions(extensions: Reader): Omit<ClientHello, 'sessionId'> | undefined {
  const tickets: Uint8Array[] = [];
  let protocols: readonly string[] = [];
  let name: string | undefined;
  while (!extensions.isEmpty) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    if (type === undefined || data === undefined) return undefined;
    if (type === sessionTicket && data.length > 0) tickets.push(data);
    if (type === serverName) name = decodeServerName(new Reader(data));
    if (type === applicationProtocols) protocols = decodeProtocols(new Reader(data));
    if (type !== preSharedKey) continue;
    const identities = new Reader(data).vector(2);
    if (identities === undefined || !decodeIdentities(new Reader(identities), tickets)) return undefined;
  }
  return { tickets, serverName: name, protocols };
}

/** A list of names with their types, of which there is one: 0, a host name in ASCII. */
function decodeServerName(data: Reader): string | undefined {
  const list = new Reader(data.vector(2) ?? new Uint8Array(0));
  const type = list.number(1);
  const name = String.fromCharCode(...(list.vector(2) ?? []));
  return type === 0 && list.isEmpty && /^[\w.-]{1,255}$/.test(name) ? name.toLowerCase() : undefined;
}

/** A list of names of at least a byte. */
function decodeProtocols(data: Reader): readonly string[] {
  const list = new Reader(data.vector(2) ?? new Uint8Array(0));
  const found: string[] = [];
  while (!list.isEmpty) {
    const name = list.vector(1);
    if (name === undefined || name.length === 0) return [];
    found.push(String.fromCharCode(...name));
  }
  return found;
}

/** Identity and obfuscated age, again and again. */
function decodeIdentities(identities: Reader, tickets: Uint8Array[]): boolean {
  while (!identities.isEmpty) {
    const identity = identities.vector(2);
    if (identity === undefined || identities.take(4) === undefined) return false;
    tickets.push(identity);
  }
  return true;
}

/** Reads forwards; undefined when there is less than asked for, and then for ever. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array | undefined {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      this.#at = this.#bytes.length + 1;
      return undefined;
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  number(size: number): number | undefined {
    return this.take(size)?.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A length of `size` bytes and as many bytes. */
  vector(size: number): Uint8Array | undefined {
    const length = this.number(size);
    return length === undefined ? undefined : this.take(length);
  }
}
