import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { FtpConnectionError, FtpTimeoutError } from '@duoport/protocol';
import { netLimits } from '../net-limits.ts';
import { explainSocketError } from '../socket-error.ts';
import { takeHead } from '../take-head.ts';
import { decodeFirstWords, directCipher, directIdentity } from './direct-words.ts';

/**
 * Where a relay dials its agent for data connections, beside the line. Both ends have a key for it that comes from the line itself, on which
 * each has proven who it is; and each connection names the data connection that it is for, by a number that is said once on the line.
 */
export class DirectListener {
  /** Of the line that stands; without one nobody gets in. */
  key: Buffer | undefined;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #expected = new Map<string, (carrier: TLSSocket) => void>();

  private constructor() {
    this.#server = createServer({
      minVersion: 'TLSv1.3',
      ciphers: directCipher,
      handshakeTimeout: netLimits.directTimeout,
      pskCallback: (_socket, identity) => (identity === directIdentity ? (this.key ?? null) : null),
      noDelay: true,
    });
    this.#server.maxConnections = netLimits.tunnelStreams;
    this.#server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (tls) => {
      tls.on('error', () => undefined);
      this.#arrived(tls).catch(() => tls.destroy());
    });
  }

  /** Rejects with FTP_CONNECTION, phase `listen`. */
  static async listen({
    host,
    port,
  }: {
    readonly host?: string | undefined;
    readonly port: number;
  }): Promise<DirectListener> {
    const made = new DirectListener();
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
