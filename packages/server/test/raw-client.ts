import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import {
  decodeEpsv,
  decodeLpsv,
  decodePasv,
  type Endpoint,
  encodeEprt,
  encodeLprt,
  encodePort,
  endpoint,
  isFault,
  type Reply,
  ReplyReader,
} from '@duoport/protocol';
import { bridgeTo, forged } from './raw-tls.ts';
import { dial, once, readAll, within } from './sockets.ts';

/** Who opens the data connection, and in which words. */
export type Way = 'EPSV' | 'PASV' | 'LPSV' | 'EPRT' | 'PORT' | 'LPRT';

const encode = { EPRT: encodeEprt, PORT: encodePort, LPRT: encodeLprt } as const;
type ActiveWay = keyof typeof encode;

export interface RawOptions {
  readonly host?: string;
  readonly port: number;
  /** Address to dial from: 127.0.0.2 is another machine to the server. */
  readonly from?: string;
  /** TLS from the first byte. */
  readonly implicit?: boolean;
  readonly tls?: ConnectionOptions;
  /** Do not wait for the greeting. */
  readonly silent?: boolean;
  /** Means to send CCC. */
  readonly clearable?: boolean;
}

/** Who cleans up: a test, or a part of one. */
export interface Owner {
  after(clean: () => void): void;
}

/** A control connection with nothing in between: bytes out, replies in, one after the other. */
export class RawClient {
  readonly raw: Socket;
  readonly host: string;
  /** Resolves when the server has sent its FIN or dropped the connection. */
  readonly ended: Promise<void>;
  greeting: Reply = { code: 0, lines: [''] };
  #stream: Socket;
  #reader = new ReplyReader();
  #waiting: (() => void)[] = [];
  #isOver = false;
  #ended: () => void = () => undefined;
  readonly #tls: ConnectionOptions;
  readonly #t: Owner;
  readonly #clearable: boolean;
  #session: Buffer | undefined;
  #secured: TLSSocket | undefined;

  private constructor(t: Owner, raw: Socket, options: RawOptions) {
    this.#t = t;
    this.raw = raw;
    this.#stream = raw;
    this.host = options.host ?? '127.0.0.1';
    this.#clearable = options.clearable === true;
    this.#tls = { rejectUnauthorized: false, ...options.tls };
    this.ended = new Promise((resolve) => {
      this.#ended = () => {
        this.#isOver = true;
        this.#wake();
        resolve();
      };
      raw.on('close', this.#ended).on('end', this.#ended);
    });
    raw.on('error', () => {});
    t.after(() => raw.destroy());
  }

  static async connect(t: Owner, options: RawOptions): Promise<RawClient> {
    const raw = await dial({ host: options.host ?? '127.0.0.1', port: options.port, from: options.from });
    const client = new RawClient(t, raw, options);
    if (options.implicit === true) await client.handshake();
    else client.#listen();
    if (options.silent !== true) client.greeting = await client.reply();
    return client;
  }

  /** Where the control connection ends on our side. */
  get local(): Endpoint {
    return endpoint(this.raw.localAddress ?? '', this.raw.localPort ?? 0);
  }

  send(line: string): void {
    this.sendBytes(`${line}\r\n`);
  }

  /** Text goes out one byte a character. */
  sendBytes(bytes: string | Uint8Array): void {
    this.#stream.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next reply, preliminary ones too. */
  async reply(): Promise<Reply> {
    const next = await this.replyOrEnd();
    return next ?? assert.fail('the server closed the control connection instead of a reply');
  }

  /** The next reply, or undefined when the server closed the connection without one. */
  async replyOrEnd(): Promise<Reply | undefined> {
    for (;;) {
      const next = this.#reader.next();
      if (next !== undefined) return isFault(next) ? assert.fail(next.fault) : next;
      if (this.#isOver) return undefined;
      await within('a reply', new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
  }

  async ask(line: string): Promise<Reply> {
    this.send(line);
    return this.reply();
  }

  /** `250 Removed`. */
  async told(line: string): Promise<string> {
    const { code, lines } = await this.ask(line);
    return `${code} ${lines.join('\n')}`;
  }

  async expect(code: number, line: string): Promise<Reply> {
    const reply = await this.ask(line);
    assert.equal(reply.code, code, `${line}: ${reply.code} ${reply.lines.join(' / ')}`);
    return reply;
  }

  async expectReply(code: number): Promise<Reply> {
    const reply = await this.reply();
    assert.equal(reply.code, code, `${reply.code} ${reply.lines.join(' / ')}`);
    return reply;
  }

  async login(user = 'u', password = 'p'): Promise<this> {
    await this.expect(331, `USER ${user}`);
    await this.expect(230, `PASS ${password}`);
    await this.expect(200, 'TYPE I');
    return this;
  }

  /** AUTH TLS, PBSZ, PROT P. */
  async secure(): Promise<this> {
    await this.expect(234, 'AUTH TLS');
    await this.handshake();
    await this.expect(200, 'PBSZ 0');
    await this.expect(200, 'PROT P');
    return this;
  }

  /** The TLS handshake of the control connection, without AUTH. */
  async handshake(): Promise<TLSSocket> {
    this.raw.removeAllListeners('data');
    const bridge = this.#clearable ? bridgeTo(this.raw) : undefined;
    const tls = connectTls({ ...this.#tls, socket: bridge ?? this.raw });
    this.#secured = tls;
    tls
      .on('error', () => {})
      .on('session', (session) => {
        this.#session = session;
      });
    // The TCP socket below does not tell it; behind CCC it is the end of TLS alone.
    if (!this.#clearable) tls.on('end', () => this.#ended());
    this.#stream = tls;
    this.#listen();
    await within('the TLS handshake', once(tls, 'secureConnect'));
    return tls;
  }

  /** Behind the 200 of CCC: ends TLS on the control connection and goes on in the clear. */
  async clear(): Promise<void> {
    const tls = this.#secured ?? assert.fail('the control connection is not under TLS');
    const ended = tls.readableEnded ? undefined : once(tls, 'end');
    tls.end();
    await within('the end of TLS', Promise.resolve(ended));
    this.raw.removeAllListeners('data');
    this.#stream = this.raw;
    this.#listen();
  }

  /** EPSV, PASV or LPSV, and where the server listens then. */
  async passive(verb = 'EPSV'): Promise<Endpoint> {
    const reply = await this.ask(verb);
    const text = `${reply.code} ${reply.lines.join(' ')}`;
    const here = endpoint(this.host, 0);
    if (reply.code === 229) {
      const decoded = decodeEpsv(reply.lines[0] ?? '');
      return isFault(decoded) ? assert.fail(text) : { ...here, port: decoded.port };
    }
    const decode = reply.code === 227 ? decodePasv : reply.code === 228 ? decodeLpsv : assert.fail(text);
    const decoded = decode(reply.lines[0] ?? '');
    return isFault(decoded) ? assert.fail(text) : decoded.endpoint;
  }

  /** Sets a data connection up: dials it at once, or listens and tells the server where. */
  async setUp(way: Way = 'EPSV', from?: string): Promise<{ readonly socket: Promise<Socket> }> {
    if (way in encode) return this.#listenData(way as ActiveWay);
    const { address, port } = await this.passive(way);
    return { socket: Promise.resolve(this.#keep(await dial({ host: address, port, from }))) };
  }

  /** Sets it up, sends the command, and gives the connection when the 150 is there; under TLS after `PROT P`. */
  async open(line: string, way: Way = 'EPSV'): Promise<Socket> {
    const { socket } = await this.setUp(way);
    await this.expect(150, line);
    const connection = await within('the data connection', socket);
    return this.#session === undefined ? connection : this.secureData(connection);
  }

  async fetch(line: string, way?: Way): Promise<Buffer> {
    const bytes = await readAll(await this.open(line, way));
    await this.expectReply(226);
    return bytes;
  }

  async store(line: string, bytes: string | Uint8Array, way?: Way): Promise<Reply> {
    const socket = await this.open(line, way);
    socket.end(bytes);
    return this.expectReply(226);
  }

  /**
   * TLS on a data connection, resuming the session of the control connection. `forged`: with what a listener on the wire knows of
   * its ticket, which is the key name.
   */
  async secureData(socket: Socket, resume: boolean | 'forged' = true): Promise<TLSSocket> {
    const own = resume === 'forged' ? forged(this.#session, this.#secured?.getTLSTicket()) : this.#session;
    const session = resume !== false && own !== undefined ? { session: own } : {};
    const options = { ...this.#tls, socket, allowHalfOpen: true, ...session };
    const tls = connectTls(options);
    tls.on('error', () => {});
    await within('the TLS handshake of the data connection', once(tls, 'secureConnect'));
    return tls;
  }

  /** TLS of the control connection. */
  get secured(): TLSSocket | undefined {
    return this.#secured;
  }

  /** Of the control connection. */
  get protocol(): string | undefined {
    return this.#secured?.getProtocol() ?? undefined;
  }

  destroy(): void {
    this.raw.destroy();
  }

  async #listenData(verb: ActiveWay): Promise<{ readonly socket: Promise<Socket> }> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#t.after(() => server.close());
    server.listen(0, this.host);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const arrival = new Promise<Socket>((resolve) => {
      server.once('connection', (socket: Socket) => {
        server.close();
        resolve(this.#keep(socket));
      });
    });
    const here = endpoint(this.host, port);
    await this.expect(200, `${verb} ${encode[verb](here)}`);
    return { socket: arrival };
  }

  #keep(socket: Socket): Socket {
    socket.on('error', () => {});
    this.#t.after(() => socket.destroy());
    return socket;
  }

  #listen(): void {
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#reader.push(chunk);
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}
