import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** A minimal FTP client whose every step can be timed by a test. Its connections come from `from`. */
export class OnePortClient {
  readonly #from: string;
  readonly #port: number;
  #stream: Socket;
  #text = '';
  #closed = false;
  #wake: () => void = () => {};
  #session: Buffer | undefined;

  private constructor(socket: Socket, from: string, port: number) {
    this.#from = from;
    this.#port = port;
    this.#stream = socket;
    this.#listen();
  }

  /** Logged in, with TLS when asked for. Undefined when the server closed the connection before it greeted. */
  static async login(
    from: string,
    port: number,
    options: { readonly tls: boolean },
  ): Promise<OnePortClient | undefined> {
    const socket = await dial(from, port);
    const client = new OnePortClient(socket, from, port);
    if ((await client.reply()) !== 220) {
      client.close();
      return undefined;
    }
    if (options.tls) await client.#secure();
    await client.ask('USER u');
    await client.ask('PASS p');
    if (options.tls) await client.ask('PROT P');
    await client.ask('TYPE I');
    return client;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(line: string): void {
    this.#stream.write(`${line}\r\n`);
  }

  ask(line: string): Promise<number> {
    this.send(line);
    return this.reply();
  }

  /** Code of the next reply that is one line; 0 when the connection is over. */
  async reply(): Promise<number> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return Number(line.slice(0, 3));
      }
      if (this.#closed) return 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A data connection, without TLS yet. */
  dialData(): Promise<Socket> {
    return dial(this.#from, this.#port);
  }

  /** TLS on a data connection, as the client that has the ticket. */
  secureData(socket: Socket): TLSSocket {
    const session = this.#session === undefined ? {} : { session: this.#session };
    return connectTls({ socket, rejectUnauthorized: false, ...session });
  }

  close(): void {
    this.#stream.destroy();
  }

  async #secure(): Promise<void> {
    await this.ask('AUTH TLS');
    this.#stream.removeAllListeners('data');
    const tls = connectTls({ socket: this.#stream, rejectUnauthorized: false });
    tls.on('session', (session) => {
      this.#session = session;
    });
    this.#stream = tls;
    this.#listen();
    await new Promise<void>((resolve) => tls.once('secureConnect', resolve).once('close', resolve));
    await this.ask('PBSZ 0');
  }

  #listen(): void {
    this.#stream
      .on('data', (chunk: Buffer) => {
        this.#text += chunk.toString('latin1');
        this.#wake();
      })
      .on('error', () => {})
      .on('close', () => {
        this.#closed = true;
        this.#wake();
      });
  }
}

export async function dial(from: string, port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', resolve));
  return socket;
}

/** Everything until it is over, however that comes. */
export async function drained(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  if (!socket.destroyed) {
    await new Promise<void>((resolve) => socket.once('close', resolve).once('end', resolve));
  }
  socket.destroy();
  return Buffer.concat(chunks);
}
