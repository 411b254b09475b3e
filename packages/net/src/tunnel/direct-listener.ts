import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { FtpConnectionError, FtpTimeoutError } from '@duoport/protocol';
import { stopReading } from '../kernel/reading.ts';
import { netLimits } from '../net-limits.ts';
import { explainSocketError } from '../socket-error.ts';
import { takeHead } from '../take-head.ts';
import { decodeTicket, type ShownTicket, ticketMark } from './clear-ticket.ts';
import { notNow } from './dial-clear.ts';
import { decodeFirstWords, directCipher, directIdentity } from './direct-words.ts';

/**
 * Where a relay dials its agent for data connections, beside the line. Both ends have a key for it that comes from the line itself, on which
 * each has proven who it is; and each connection names the data connection that it is for, by a number that is said once on the line.
 */
export class DirectListener {
  /** Of the line that stands; without one nobody gets in. */
  key: Buffer | undefined;
  /** Judges tickets of plain connections and takes these; without it nobody gets in by a ticket. False: it was not taken. */
  onTicket: ((ticket: ShownTicket, socket: Socket) => boolean) | undefined;
  /** Long transfers may move to plain connections. */
  readonly clear: boolean;
  readonly #server: Server;
  readonly #tls: TlsServer;
  readonly #open = new Set<Socket>();
  readonly #expected = new Map<string, (carrier: TLSSocket) => void>();

  private constructor(clear: boolean) {
    this.clear = clear;
    this.#tls = createServer({
      minVersion: 'TLSv1.3',
      ciphers: directCipher,
      handshakeTimeout: netLimits.directTimeout,
      pskCallback: (_socket, identity) => (identity === directIdentity ? (this.key ?? null) : null),
    });
    this.#server = createTcpServer({ noDelay: true, allowHalfOpen: true });
    this.#server.maxConnections = netLimits.tunnelStreams;
    this.#server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      this.#begun(socket).catch(() => socket.destroy());
    });
    this.#tls.on('tlsClientError', (_error, tls) => tls.destroy());
    this.#tls.on('secureConnection', (tls) => {
      tls.on('error', () => undefined);
      this.#arrived(tls).catch(() => tls.destroy());
    });
  }

  /** Rejects with FTP_CONNECTION, phase `listen`. */
  static async listen({
    host,
    port,
    clear = false,
  }: {
    readonly host?: string | undefined;
    readonly port: number;
    readonly clear?: boolean | undefined;
  }): Promise<DirectListener> {
    const made = new DirectListener(clear);
    await new Promise<void>((resolve, reject) => {
      made.#server.once('error', (cause) => {
        const text = `Could not listen on ${host ?? '*'} port ${port}: ${explainSocketError(cause)}`;
        reject(new FtpConnectionError(text, { channel: 'data', phase: 'listen', cause }));
      });
      made.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
    made.#server.removeAllListeners('error').on('error', () => undefined);
    return made;
  }

  get port(): number {
    const at = this.#server.address();
    return at === null || typeof at === 'string' ? 0 : at.port;
  }

  /** The connection that will say this number. Rejects when it has not come in time, or nobody wants it any more. */
  expect(number: string, gone: AbortSignal): Promise<TLSSocket> {
    const after = netLimits.directTimeout;
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        gone.removeEventListener('abort', onGone);
        this.#expected.delete(number);
      };
      const onGone = () => {
        settle();
        reject(new Error('nobody wants the direct connection any more'));
      };
      const timer = setTimeout(() => {
        settle();
        const text = `The relay opened no direct connection within ${after} ms`;
        reject(new FtpTimeoutError(text, { channel: 'data', phase: 'accept', after }));
      }, after + netLimits.connectTimeout);
      gone.addEventListener('abort', onGone, { once: true });
      this.#expected.set(number, (carrier) => {
        settle();
        resolve(carrier);
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  /** Its first byte says which kind it is. */
  async #begun(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const timeout = netLimits.directTimeout;
    const what = 'A direct connection';
    const decode = ([first]: Uint8Array) => (first === undefined ? ('more' as const) : { first, size: 0 });
    const { first } = await takeHead(socket, { what, timeout, decode });
    if (first !== ticketMark) return void this.#tls.emit('connection', socket);
    const shown = await takeHead(socket, { what, timeout, decode: decodeTicket });
    // Nothing comes before it is asked for on the line.
    stopReading(socket);
    if (!this.clear || !this.onTicket?.(shown, socket)) socket.end(notNow, 'latin1');
  }

  async #arrived(tls: TLSSocket): Promise<void> {
    const { kind, number } = await takeHead(tls, {
      what: 'A direct connection',
      timeout: netLimits.directTimeout,
      decode: decodeFirstWords,
    });
    if (kind === 'probe') return void tls.end(number);
    const wanted = this.#expected.get(number);
    if (wanted === undefined) tls.destroy();
    else wanted(tls);
  }
}
