import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { dialled, Wire, within } from './ends.ts';

/** The same plans every time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** The client's end of a data connection, before it is there. */
export interface CutData {
  /** Call it when the server has agreed. `stream` is what payload goes through, under TLS or not. */
  connected(): Promise<{ readonly raw: Socket; readonly stream: Socket }>;
}

/** A client whose connections can be cut anywhere. */
export class CutClient {
  readonly raw: Socket;
  wire: Wire;
  readonly #t: Pick<TestContext, 'after'>;
  #session: Buffer | undefined;
  #isSecure = false;

  constructor(t: Pick<TestContext, 'after'>, raw: Socket) {
    this.#t = t;
    this.raw = raw;
    this.wire = new Wire(raw);
  }

  async secure(): Promise<void> {
    await this.wire.ask('AUTH TLS', /^234 /);
    this.raw.removeAllListeners('data');
    const tls = connectTls({ socket: this.raw, rejectUnauthorized: false });
    tls.on('session', (session) => {
      this.#session = session;
    });
    this.#isSecure = true;
    this.wire = new Wire(tls);
    await this.wire.ask('PBSZ 0', /^200 /);
    await this.wire.ask('PROT P', /^200 /);
  }

  async logIn(user = 'u', password = 'p'): Promise<void> {
    await this.wire.ask(`USER ${user}`, /^331 /);
    await this.wire.ask(`PASS ${password}`, /^230 /);
    await this.wire.ask('TYPE I', /^200 /);
  }

  async data(verb: 'EPSV' | 'EPRT'): Promise<CutData> {
    const raw = await (verb === 'EPSV' ? this.#passive() : this.#active());
    return {
      connected: async () => {
        const socket = await raw();
        return { raw: socket, stream: this.#secured(socket) };
      },
    };
  }

  async #passive(): Promise<() => Promise<Socket>> {
    const told = await this.wire.ask('EPSV', /^229 /);
    const port = Number(/\|\|\|(\d+)\|/.exec(told)?.[1]);
    const raw = await dialled(this.#t as TestContext, port);
    return async () => raw;
  }

  async #active(): Promise<() => Promise<Socket>> {
    const listener = createServer({ allowHalfOpen: true });
    this.#t.after(() => listener.close());
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const arrival = once(listener, 'connection');
    const { port } = listener.address() as AddressInfo;
    await this.wire.ask(`EPRT |1|127.0.0.1|${port}|`, /^200 /);
    return async () => {
      const [socket] = (await within('the active data connection', arrival)) as [Socket];
      this.#t.after(() => socket.destroy());
      return socket.on('error', () => undefined);
    };
  }

  #secured(raw: Socket): Socket {
    if (!this.#isSecure) return raw;
    const session = this.#session === undefined ? {} : { session: this.#session };
    return connectTls({ socket: raw, rejectUnauthorized: false, ...session }).on('error', () => undefined);
  }
}

/** Replies until the final one, or the end of the connection. */
export async function finalReply(wire: Wire): Promise<string> {
  for (;;) {
    const line = await wire.line();
    if (line === undefined) return '';
    if (/^[2-5]\d\d /.test(line)) return line;
  }
}

export interface Moving {
  readonly verb: 'RETR' | 'STOR';
  readonly content: Uint8Array;
  /** Bytes before the cut. */
  readonly after: number;
}

/** Moves bytes until `after`, cuts, and goes on until the end of the connection. Resolves with the bytes that came. */
export function moved(
  { verb, content, after }: Moving,
  stream: Socket,
  cutNow: () => unknown,
): Promise<number> {
  let count = 0;
  let isCut = false;
  const passed = (more: number) => {
    count += more;
    if (isCut || count < after) return;
    isCut = true;
    cutNow();
  };
  const moving = new Promise<number>((resolve, reject) => {
    const over = () => resolve(count);
    stream.on('data', (chunk: Uint8Array) => {
      const isSame = Buffer.compare(chunk, content.subarray(count, count + chunk.length)) === 0;
      if (!isSame) reject(new assert.AssertionError({ message: `other bytes came behind ${count}` }));
      passed(chunk.length);
    });
    stream.once('end', over).once('error', over).once('close', over);
    if (verb === 'STOR') send(stream, content, { passed, over });
  });
  return within('the end of the data connection', moving);
}

const step = 64 * 1024;

function send(
  stream: Socket,
  content: Uint8Array,
  { passed, over }: { passed(more: number): void; over(): void },
): void {
  const write = (at: number): void => {
    if (stream.destroyed) return over();
    if (at >= content.length) return void stream.end();
    stream.write(content.subarray(at, at + step), (error) => {
      if (error) return over();
      passed(step);
      setImmediate(() => write(at + step));
    });
  };
  write(0);
}
