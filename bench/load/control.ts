import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** Where a server of the bench listens and who may log in. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A reply line that was not the one the load needs: the measurement fails, it does not slow down. */
class UnexpectedReply extends Error {
  constructor(wanted: string, got: string) {
    super(`wanted ${wanted}, the server said: ${got}`);
    this.name = 'UnexpectedReply';
  }
}

interface Waiter {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

// Every plain control connection reads into this one buffer: a reply is taken out as text before the next read.
const shared = Buffer.allocUnsafeSlow(65536);

const open = new Set<Control>();

/** Drops every session of the load: after a failed measurement some are still in the middle of something. */
export function abandonSessions(): void {
  for (const control of open) control.destroy();
}

/**
 * A control connection without a client library: commands go out as bytes that were encoded beforehand, replies come
 * back as their last line. Nothing is queued and nothing is checked but the code, so that the load costs little.
 */
export class Control {
  #socket: Socket | TLSSocket;
  #text = '';
  #open = '';
  #failure: Error | undefined;
  readonly #replies: string[] = [];
  readonly #waiters: Waiter[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#watch(socket);
  }

  /** Connects and waits for the greeting. */
  static async open(target: Target, options: { readonly tls?: boolean } = {}): Promise<Control> {
    let control: Control | undefined;
    const address = { host: target.host, port: target.port, noDelay: true };
    // A socket that is to be wrapped in TLS must not have a read buffer of its own.
    const socket =
      options.tls === true
        ? connect(address)
        : connect({
            ...address,
            onread: {
              buffer: shared,
              callback: (length) => {
                control?.push(shared.toString('latin1', 0, length));
                return true;
              },
            },
          });
    control = new Control(socket);
    open.add(control);
    if (options.tls === true) control.#listen(socket);
    await control.expect('220');
    if (options.tls === true) await control.#secure();
    return control;
  }

  /** The TLS session of the control connection, to be offered on data connections. */
  get session(): Buffer | undefined {
    return 'getSession' in this.#socket ? this.#socket.getSession() : undefined;
  }

  send(command: Uint8Array): void {
    this.#socket.write(command);
  }

  /** The last line of the next reply. */
  reply(): Promise<string> {
    const line = this.#replies.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Waits for a reply whose code begins with `code`; anything else fails the measurement. */
  async expect(code: string): Promise<string> {
    const line = await this.reply();
    if (!line.startsWith(code)) throw new UnexpectedReply(code, line);
    return line;
  }

  ask(command: Uint8Array, code: string): Promise<string> {
    this.#socket.write(command);
    return this.expect(code);
  }

  async login(target: Target): Promise<void> {
    this.send(encode(`USER ${target.user}`));
    const line = await this.reply();
    if (line.startsWith('331')) await this.ask(encode(`PASS ${target.password}`), '230');
    else if (!line.startsWith('230')) throw new UnexpectedReply('331', line);
  }

  /** QUIT, the 221, and the end of the connection. */
  async quit(): Promise<void> {
    await this.ask(quit, '221');
    this.destroy();
  }

  destroy(): void {
    this.#failure ??= new Error('the control connection was closed by the load');
    this.#socket.destroy();
    open.delete(this);
  }

  push(text: string): void {
    this.#text += text;
    let start = 0;
    for (let end = this.#text.indexOf('\n', start); end >= 0; end = this.#text.indexOf('\n', start)) {
      this.#line(this.#text.slice(start, end));
      start = end + 1;
    }
    this.#text = start === 0 ? this.#text : this.#text.slice(start);
  }

  /** RFC 959 §4.2: a multi-line reply lasts until a line with the same code and a space. */
  #line(line: string): void {
    const code = line.slice(0, 3);
    if (this.#open === '' && line[3] === '-') this.#open = code;
    if (this.#open !== '' && (line[3] !== ' ' || code !== this.#open)) return;
    this.#open = '';
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#replies.push(line);
    else waiter.resolve(line);
  }

  async #secure(): Promise<void> {
    await this.ask(encode('AUTH TLS'), '234');
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const secure = connectTls({ socket: plain, rejectUnauthorized: false });
    this.#socket = secure;
    this.#watch(secure);
    await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
    this.#listen(secure);
    await this.ask(encode('PBSZ 0'), '200');
    await this.ask(encode('PROT P'), '200');
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.push(chunk.toString('latin1')));
  }

  #watch(socket: Socket): void {
    const fail = (error?: Error | boolean) => {
      this.#failure ??=
        error instanceof Error ? error : new Error('the server closed the control connection');
      for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
    };
    socket.on('error', fail).on('end', fail).on('close', fail);
  }
}

/** A command line as the bytes that go out. */
export function encode(line: string): Uint8Array {
  return Buffer.from(`${line}\r\n`, 'latin1');
}

const quit = encode('QUIT');
