import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createGateway, type FtpGateway, type GatewayEvent, type GatewayOptions } from '@duoport/gateway';

/** Nothing on loopback takes so long. Milliseconds. */
const patience = 15_000;

/** One end of a control connection, with nothing in between: the test says every line and hears every line. */
export class Wire {
  readonly socket: Socket;
  /** Every line that was heard. */
  readonly heard: string[] = [];
  readonly #lines: string[] = [];
  #rest = '';
  #over = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\r\n');
      this.#rest = parts.pop() ?? '';
      this.#lines.push(...parts);
      this.#wake();
    });
    const over = () => {
      this.#over = true;
      this.#wake();
    };
    socket.on('end', over).on('close', over);
  }

  /** Text goes out one byte a character. */
  say(...lines: readonly string[]): void {
    this.socket.write(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  }

  /** The next line; undefined at the end of the connection. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) this.heard.push(line);
      if (line !== undefined || this.#over) return line;
      await within('a line', new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }

  async hears(what: RegExp | string): Promise<string> {
    const line = (await this.line()) ?? '(the end of the connection)';
    if (typeof what === 'string') assert.equal(line, what);
    else assert.match(line, what);
    return line;
  }

  async hearsTheEnd(): Promise<void> {
    assert.equal(await this.line(), undefined);
  }

  /** Nothing is said: what comes next is the answer to this. */
  async ask(line: string, answer: RegExp | string): Promise<string> {
    this.say(line);
    return this.hears(answer);
  }
}

export interface Ends {
  readonly gateway: FtpGateway;
  readonly port: number;
  readonly client: Wire;
  readonly server: Wire;
  readonly events: readonly GatewayEvent[];
}

export interface Upstairs {
  readonly port: number;
  /** The next control connection, greeted. */
  arrival(): Promise<Wire>;
}

/** A server's control port whose lines the test says. */
export async function upstairs(t: TestContext, greeting = '220 ready'): Promise<Upstairs> {
  const arrived: Wire[] = [];
  let wake: () => void = () => undefined;
  const listener = await listening(t, (socket) => {
    const wire = new Wire(socket);
    if (greeting !== '') wire.say(greeting);
    arrived.push(wire);
    wake();
  });
  return {
    port: portOf(listener),
    arrival: async () => {
      for (;;) {
        const wire = arrived.shift();
        if (wire !== undefined) return wire;
        await within('a control connection', new Promise<void>((resolve) => (wake = resolve)));
      }
    },
  };
}

/** A gateway between a client and a server that the test plays both; no user is logged in. */
export async function gatewayTo(
  t: TestContext,
  port: number,
  options: Partial<GatewayOptions> = {},
): Promise<{
  readonly gateway: FtpGateway;
  readonly port: number;
  readonly events: readonly GatewayEvent[];
}> {
  const events: GatewayEvent[] = [];
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: [{ host: '127.0.0.1', port }],
    log: (event) => events.push(event),
    ...options,
  });
  await gateway.start();
  t.after(async () => {
    await gateway.close({ grace: 0 });
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'bug'),
      [],
    );
    assert.equal(gateway.ports.client.leases, 0, 'a data port of the client’s side is left open');
    assert.equal(gateway.ports.server.leases, 0, 'a data port of the server’s side is left open');
  });
  return { gateway, port: gateway.listening[0]?.port ?? 0, events };
}

/** Both ends, logged in. */
export async function ends(t: TestContext, options: Partial<GatewayOptions> = {}): Promise<Ends> {
  const above = await upstairs(t);
  const standing = await gatewayTo(t, above.port, {
    timeouts: { data: 3000, reply: 3000, stall: 3000 },
    ...options,
  });
  const client = new Wire(await dialled(t, standing.port));
  await client.hears(/^220 /);
  client.say('USER u');
  const server = await above.arrival();
  await server.hears('USER u');
  server.say('331 password');
  await client.hears('331 password');
  client.say('PASS p');
  await server.hears('PASS p');
  server.say('230 in');
  await client.hears('230 in');
  return { ...standing, client, server };
}

export function dialled(t: TestContext, port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, allowHalfOpen: true });
    t.after(() => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
  });
}

export interface DataPort {
  readonly port: number;
  readonly arrival: Promise<Socket>;
}

/** A data port: of the server after EPSV, of the client before EPRT. */
export async function dataPort(t: TestContext): Promise<DataPort> {
  let came: (socket: Socket) => void = () => undefined;
  const arrival = new Promise<Socket>((resolve) => (came = resolve));
  const listener = await listening(t, (socket) => came(socket));
  return { port: portOf(listener), arrival: within('a data connection', arrival) };
}

async function listening(t: TestContext, arrived: (socket: Socket) => void): Promise<Server> {
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    arrived(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.after(() => listener.close());
  return listener;
}

function portOf(listener: Server): number {
  return (listener.address() as AddressInfo).port;
}

/** EPSV on both sides: the client's half is dialled when `client` is called, the server's is there. */
export async function arranged(
  t: TestContext,
  { client, server }: Pick<Ends, 'client' | 'server'>,
): Promise<{ readonly server: Socket; client(): Promise<Socket> }> {
  client.say('EPSV');
  await server.hears('EPSV');
  const { port, arrival } = await dataPort(t);
  server.say(`229 Entering Extended Passive Mode (|||${port}|)`);
  const told = await client.hears(/^229 .*\(\|\|\|\d+\|\)/);
  const at = Number(/\|\|\|(\d+)\|/.exec(told)?.[1]);
  return { server: await arrival, client: () => dialled(t, at) };
}

export type Ending = { readonly how: 'end' | 'reset'; readonly bytes: number };

/** How a data connection ended: with a FIN, or with a reset. */
export function ending(socket: Socket): Promise<Ending> {
  let bytes = 0;
  if (socket.errored) return Promise.resolve({ how: 'reset', bytes });
  if (socket.readableEnded) return Promise.resolve({ how: 'end', bytes });
  return within(
    'the end of a data connection',
    new Promise((resolve) => {
      socket.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length;
      });
      socket.once('end', () => {
        // libuv takes a reset that comes together with the last bytes for an end: an empty write asks the kernel.
        if (socket.writable) socket.write(new Uint8Array(0));
        resolve({ how: socket.errored ? 'reset' : 'end', bytes });
      });
      socket.once('error', () => resolve({ how: 'reset', bytes }));
      socket.once('close', (failed) => resolve({ how: failed ? 'reset' : 'end', bytes }));
    }),
  );
}

export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patience} ms for ${what}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A port that nobody listens on. */
export function shutPort(): Promise<number> {
  const listener = createServer();
  return new Promise((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const port = portOf(listener);
      listener.close(() => resolve(port));
    });
  });
}
