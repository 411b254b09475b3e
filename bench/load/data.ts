import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** What the load knows about the data connection that it is to make. */
export interface DataOptions {
  readonly host: string;
  readonly port: number;
  /** Offer this TLS session; undefined: a plain connection. */
  readonly session?: Buffer | undefined;
  readonly tls?: boolean;
}

/** Buffers of this size leave and enter the load: larger ones cost nothing more, smaller ones cost system calls. */
export const chunkBytes = 1024 * 1024;
// What is received is counted and overwritten: one buffer does for all connections.
const sink = Buffer.allocUnsafeSlow(chunkBytes);

/** Dials, reads to the end, and answers how many bytes came. */
export function receive(options: DataOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const onread = {
      buffer: sink,
      callback: (length: number) => {
        bytes += length;
        return true;
      },
    };
    const socket = dial(options, onread);
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(bytes);
      // A plain connection has nothing left to say; TLS says goodbye with close_notify.
      if (options.tls === true) socket.end();
      else socket.destroy();
    });
  });
}

/** Dials, and never reads: what comes fills every buffer on the way. Resolves when it is connected. */
export function neverReading({ host, port }: DataOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.pause();
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Dials at once; the bytes leave when `start` is called, which is when the server has said 150. */
export function sender(options: DataOptions): { start(source: Uint8Array, total: number): Promise<void> } {
  const socket = dial(options, undefined);
  const failed = new Promise<never>((_, reject) => socket.on('error', reject));
  failed.catch(() => undefined);
  return { start: (source, total) => Promise.race([failed, pour(socket, source, total)]) };
}

/** Writes `source` again and again until `total` bytes are out, then FIN; resolves when the connection is closed. */
export function pour(socket: Socket, source: Uint8Array, total: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('close', () => resolve());
    // A server that sends nothing must still be read from, or its FIN is never seen.
    socket.resume();
    if (total <= source.length) {
      socket.end(source.subarray(0, total));
      return;
    }
    let left = total;
    const next = () => {
      if (left === 0) return;
      const size = Math.min(left, source.length);
      left -= size;
      const piece = size === source.length ? source : source.subarray(0, size);
      if (left === 0) socket.end(piece);
      else socket.write(piece, next);
    };
    next();
    // The second write waits in the socket while the kernel takes the first.
    next();
  });
}

/** One listener for all active data connections of a session: servers dial it, the load takes them in order. */
export class Acceptor {
  readonly #server: Server;
  #taker: ((socket: Socket) => void) | undefined;
  #early: Socket | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      const taker = this.#taker;
      this.#taker = undefined;
      if (taker === undefined) this.#early = socket;
      else taker(socket);
    });
  }

  static open(host: string): Promise<Acceptor> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject).listen(0, host, 8, () => resolve(new Acceptor(server)));
    });
  }

  /** The PORT command that names this listener (RFC 959 §4.1.2). */
  get command(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is closed');
    return `PORT ${address.address.replaceAll('.', ',')},${address.port >> 8},${address.port & 255}`;
  }

  next(): Promise<Socket> {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) return Promise.resolve(early);
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  close(): void {
    this.#server.close();
  }
}

/** Reads an accepted connection to its end and answers how many bytes came. */
export function drain(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(bytes);
      socket.destroy();
    });
  });
}

interface ReadBuffer {
  readonly buffer: Buffer;
  readonly callback: (length: number) => boolean;
}

function dial(options: DataOptions, onread: ReadBuffer | undefined): Socket | TLSSocket {
  const { host, port, session } = options;
  // Half-open, so that the end of a download costs one close and no shutdown.
  const base = { host, port, allowHalfOpen: true, ...(onread === undefined ? {} : { onread }) };
  if (options.tls !== true) return connect(base);
  return connectTls({ ...base, rejectUnauthorized: false, ...(session === undefined ? {} : { session }) });
}
