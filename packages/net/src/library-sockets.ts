import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { checkIdentity } from './tls-certificate.ts';
import type { Pem } from './tls-settings.ts';

export interface LibrarySocketsOptions {
  /** Name or address, as its certificate has it. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly tls: boolean;
  /** Trust these instead of the built-in authorities. */
  readonly ca?: Pem | undefined;
  /** Bytes that may come in until the next {@link LibrarySockets.wake}: libraries keep all of an answer. */
  readonly limit: number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * The connection of a library that speaks another protocol over it. It is there before the library asks for it, and the library gets it once: one
 * that would connect again by itself would do so without what was agreed on the first connection.
 */
export class LibrarySockets {
  readonly #options: LibrarySocketsOptions;
  readonly #socket: Socket;
  #tls: TLSSocket | undefined;
  #given = false;
  #taken = 0;

  private constructor(options: LibrarySocketsOptions) {
    this.#options = options;
    this.#socket = unbreakable(connect({ host: options.host, port: options.port, noDelay: true }));
  }

  /** Rejects with what the network or TLS says; the certificate is verified. */
  static async dial(options: LibrarySocketsOptions): Promise<LibrarySockets> {
    const sockets = new LibrarySockets(options);
    const { signal } = options;
    try {
      await once(sockets.#socket, 'connect', { signal });
      if (options.tls) await once(sockets.#secured(), 'secureConnect', { signal });
      return sockets;
    } catch (error) {
      sockets.destroy('it could not be dialled');
      throw error;
    }
  }

  /** For the library, in the place of `net.connect`. */
  readonly connect = ((): Socket => this.#once(this.#socket)) as typeof connect;

  /** In the place of `tls.connect`: the connection that has TLS already, or TLS on the one that there is. */
  readonly secure = ((): TLSSocket =>
    this.#tls === undefined ? this.#counted(this.#secured()) : this.#once(this.#tls)) as typeof tlsConnect;

  get open(): boolean {
    return this.#socket.readyState === 'open' && this.#tls?.destroyed !== true;
  }

  /** A process that has nothing else to do may end meanwhile. */
  rest(): void {
    this.#socket.unref();
  }

  /** Before it is used again. */
  wake(): void {
    this.#taken = 0;
    this.#socket.ref();
  }

  destroy(because: string): void {
    const error = new Error(because);
    this.#tls?.destroy(error);
    this.#socket.destroy(error);
  }

  #once<S extends Socket>(socket: S): S {
    if (this.#given) throw new Error('The connection is over');
    this.#given = true;
    return this.#counted(socket);
  }

  #counted<S extends Socket>(socket: S): S {
    return socket.on('data', (chunk: Uint8Array) => {
      this.#taken += chunk.length;
      if (this.#taken > this.#options.limit) this.destroy(`more than ${this.#options.limit} bytes came`);
    });
  }

  #secured(): TLSSocket {
    const { host, ca } = this.#options;
    this.#tls = unbreakable(
      tlsConnect({
        socket: this.#socket,
        host,
        minVersion: 'TLSv1.2',
        checkServerIdentity: (_, certificate) => checkIdentity(host, certificate),
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      }),
    );
    return this.#tls;
  }
}

/** Libraries take all listeners off and put others on; an error in between would end the process. */
function unbreakable<S extends Socket>(socket: S): S {
  const quiet = () => undefined;
  const remove = socket.removeAllListeners.bind(socket);
  socket.on('error', quiet);
  socket.removeAllListeners = (event) => {
    remove(event);
    socket.on('error', quiet);
    return socket;
  };
  return socket;
}
