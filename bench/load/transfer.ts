import type { Socket } from 'node:net';
import { Control, encode, type Target } from './control.ts';
import { Acceptor, chunkBytes, drain, neverReading, pour, receive, sender } from './data.ts';

/** How a session makes its data connections. */
export interface TransferOptions {
  readonly mode: 'passive' | 'active';
  readonly tls?: boolean;
}

const epsv = encode('EPSV');
const payload = Buffer.alloc(chunkBytes, 0x64);

/** A logged-in session that moves files over data connections and checks replies and byte counts. */
export class TransferSession {
  readonly #control: Control;
  readonly #target: Target;
  readonly #tls: boolean;
  readonly #acceptor: Acceptor | undefined;
  readonly #port: Uint8Array;

  private constructor(
    control: Control,
    target: Target,
    rest: { tls: boolean; acceptor: Acceptor | undefined },
  ) {
    this.#control = control;
    this.#target = target;
    this.#tls = rest.tls;
    this.#acceptor = rest.acceptor;
    this.#port = encode(rest.acceptor?.command ?? '');
  }

  static async open(target: Target, options: TransferOptions): Promise<TransferSession> {
    const tls = options.tls === true;
    const control = await Control.open(target, { tls });
    try {
      await control.login(target);
      await control.ask(encode('TYPE I'), '200');
      const acceptor = options.mode === 'active' ? await Acceptor.open(target.host) : undefined;
      return new TransferSession(control, target, { tls, acceptor });
    } catch (error) {
      control.destroy();
      throw error;
    }
  }

  get control(): Control {
    return this.#control;
  }

  /** RETR, LIST, MLSD: answers the number of bytes, after 150, the end of the data connection and 226. */
  async download(command: Uint8Array): Promise<number> {
    if (this.#acceptor !== undefined) return this.#downloadActive(command, this.#acceptor);
    const bytes = receive(await this.#passive());
    this.#control.send(command);
    const replies = this.#replies();
    const [count] = await Promise.all([bytes, replies]);
    return count;
  }

  /** STOR: sends `total` bytes of payload once the server has said 150, then waits for 226. */
  async upload(command: Uint8Array, total: number): Promise<void> {
    const source = total <= payload.length ? payload.subarray(0, total) : payload;
    if (this.#acceptor !== undefined) return this.#uploadActive(command, { source, total }, this.#acceptor);
    const data = sender(await this.#passive());
    await this.#control.ask(command, '1');
    await Promise.all([data.start(source, total), this.#control.expect('226')]);
  }

  /** RETR whose data connection is never read from: the 150 has come, and the rest comes to a halt. */
  async stall(command: Uint8Array): Promise<Socket> {
    const data = await neverReading(await this.#passive());
    await this.#control.ask(command, '1');
    return data;
  }

  async close(): Promise<void> {
    this.#acceptor?.close();
    await this.#control.quit();
  }

  async #passive() {
    const line = await this.#control.ask(epsv, '229');
    const port = Number(/\|\|\|(\d+)\|/.exec(line)?.[1]);
    if (!(port > 0)) throw new Error(`no port in: ${line}`);
    const { host } = this.#target;
    return this.#tls ? { host, port, tls: true, session: this.#control.session } : { host, port };
  }

  async #downloadActive(command: Uint8Array, acceptor: Acceptor): Promise<number> {
    await this.#control.ask(this.#port, '200');
    const arriving = acceptor.next();
    this.#control.send(command);
    const [count] = await Promise.all([arriving.then(drain), this.#replies()]);
    return count;
  }

  async #uploadActive(command: Uint8Array, what: { source: Uint8Array; total: number }, acceptor: Acceptor) {
    await this.#control.ask(this.#port, '200');
    const arriving = acceptor.next();
    // Some servers say 150 before they dial, others after.
    const [socket]: [Socket, string] = await Promise.all([arriving, this.#control.ask(command, '1')]);
    await Promise.all([pour(socket, what.source, what.total), this.#control.expect('226')]);
  }

  async #replies(): Promise<void> {
    await this.#control.expect('1');
    await this.#control.expect('226');
  }
}
