import type { ClientDialogue } from '@duoport/net';
import { type ConnectionName, emit, PortPool, type TlsSession, type TraceFact } from '@duoport/net';
import {
  type Endpoint,
  encodeCommand,
  FtpReplyError,
  isCompletion,
  type ListingFormat,
  type Reply,
} from '@duoport/protocol';
import type { Settings } from './settings.ts';

/** What one control connection has come to: everything that an operation needs. */
export class Session {
  readonly control: ClientDialogue;
  readonly settings: Settings;
  readonly tls: TlsSession | undefined;
  features: ReadonlyMap<string, readonly string[]> = new Map();
  /** PROT P is in force. */
  protect = false;
  /** The 150 of this server names the size of a file, so SIZE need not be asked before each. */
  tellsSize = false;
  /** The server refused MLSD although FEAT has it. */
  noMlsd = false;
  /** This server sends 150 only after the TLS handshake of the data connection. */
  handshakesFirst = false;
  /** How this server wrote its last LIST. */
  listingFormat: ListingFormat | undefined;
  /** Of the call whose turn it is. */
  signal: AbortSignal | undefined;
  #type: 'A' | 'I' | undefined = 'A'; // RFC 959 §5.1: ASCII is the type of a new connection
  #pool: PortPool | undefined;
  #connections = 0;

  constructor(control: ClientDialogue, settings: Settings, tls: TlsSession | undefined) {
    this.control = control;
    this.settings = settings;
    this.tls = tls;
  }

  get peer(): Endpoint {
    return this.control.connection.peer;
  }

  /** The name under which this host is remembered. */
  get hostKey(): string {
    return `${this.settings.host}:${this.settings.port}`;
  }

  /** Ports to listen on in active mode; they are listened on from the first use to the end. */
  get pool(): PortPool {
    this.#pool ??= new PortPool({ ports: this.settings.portRange });
    return this.#pool;
  }

  nextConnection(): ConnectionName {
    return `data-${++this.#connections}`;
  }

  /**
   * Sends a command and resolves with its final reply, whatever it says. Sends nothing when the caller has
   * given up.
   */
  async call(verb: string, argument?: string): Promise<Reply> {
    this.signal?.throwIfAborted();
    return await this.control.call(verb, argument);
  }

  /** Sends a command that must be answered with 2yz. Throws FtpReplyError. */
  async expect(verb: string, argument?: string): Promise<Reply> {
    const reply = await this.call(verb, argument);
    if (!isCompletion(reply)) throw new FtpReplyError({ verb, reply });
    return reply;
  }

  /** Returns to a directory after a visit elsewhere, also when the caller has given up meanwhile. */
  async goBack(path: string): Promise<void> {
    if (this.control.lost.aborted) return;
    const reply = await this.control.call('CWD', path);
    if (!isCompletion(reply)) throw new FtpReplyError({ verb: 'CWD', reply });
  }

  /** TYPE, when it is not in force already. */
  async setType(type: 'ascii' | 'binary'): Promise<void> {
    const letter = type === 'ascii' ? 'A' : 'I';
    if (this.#type === letter) return;
    await this.expect('TYPE', letter);
    this.#type = letter;
  }

  forgetType(): void {
    this.#type = undefined;
  }

  has(feature: string): boolean {
    return this.features.has(feature);
  }

  trace(fact: TraceFact): void {
    emit(this.settings.trace, fact);
  }

  /** Notes a choice that was made for the user, and why. */
  decide(what: string, chosen: string, because: string): void {
    this.trace({ kind: 'decision', what, chosen, because });
  }

  async release(): Promise<void> {
    await this.#pool?.close();
  }
}

/** Throws FtpLocalError when one of these could not be sent, so that nothing of the operation is. */
export function checkNames(...names: readonly (string | undefined)[]): void {
  for (const name of names) encodeCommand('STAT', name);
}

/**
 * The server does not know the verb, the parameter, or this combination (RFC 959 §4.2.1: 500, 501, 502, 504).
 */
export function isUnknown(reply: Reply): boolean {
  return reply.code === 500 || reply.code === 501 || reply.code === 502 || reply.code === 504;
}
