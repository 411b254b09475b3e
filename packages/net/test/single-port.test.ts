import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  type AcceptedConnection,
  type DataPlace,
  type ExpectedData,
  listenConnections,
  SinglePort,
} from '@duoport/net';
import { withResolvers } from './inbox.ts';

/** What became of an expectation. */
interface Outcome {
  readonly place: DataPlace;
  /** The connection's first bytes and whether it had a ticket, or why it was refused. */
  readonly end: Promise<string>;
}

const key = (byte: number) => Buffer.alloc(16, byte);
const mark = (byte: number) => `ticket:${key(byte).toString('hex')}`;
const tls = (byte: number): Partial<ExpectedData> => ({ secure: true, marks: [mark(byte)] });

/** A ClientHello with this ticket, or with none. */
function hello(ticket?: Buffer): Buffer {
  const vector = (size: number, bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length.subarray(4 - size), bytes]);
  };
  const extension = Buffer.concat([Buffer.from([0, 35]), vector(2, ticket ?? Buffer.alloc(0))]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32),
    Buffer.from([0]),
    vector(2, Buffer.from([0xc0, 0x2f])),
    Buffer.from([1, 0]),
    vector(2, extension),
  ]);
  const message = Buffer.concat([Buffer.from([1]), vector(3, body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), vector(2, message)]);
}

describe('the door of a single port', () => {
  const sockets: Socket[] = [];
  let door: SinglePort;
  let port: number;
  let close: () => Promise<void>;
  /** Control connections that were given out, each as it comes. */
  let controls: AcceptedConnection[];
  let onArrival: (() => void)[];

  async function open(options: { readonly hold?: number; readonly implicit?: boolean } = {}): Promise<void> {
    await close?.();
    const { hold, implicit = false } = options;
    door = new SinglePort({ alone: 60, shared: 60, hold });
    const listener = await listenConnections({ host: '127.0.0.1', port: 0 }, (connection) => {
      door.arrived(connection, { implicit, control: (control) => controls.push(control) });
      for (const look of onArrival.splice(0)) look();
    });
    port = listener.endpoint.port;
    close = () => listener.close();
  }

  beforeEach(async () => {
    controls = [];
    onArrival = [];
    await open();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const control of controls) control.destroy();
    door.close();
    assert.equal(door.held, 0);
    await close();
  });

  /** A connection, when the door has seen it. */
  async function dial(first?: Uint8Array, from = '127.0.0.1'): Promise<Socket> {
    const arrived = new Promise<void>((resolve) => onArrival.push(resolve));
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    socket.on('error', () => {});
    sockets.push(socket);
    if (first) socket.write(first);
    await arrived;
    return socket;
  }

  async function expect(data: Partial<ExpectedData> = {}): Promise<Outcome> {
    const end = withResolvers<string>();
    const place = await door.expect(
      { peer: '127.0.0.1', port, secure: false, marks: [], ...data },
      {
        came: (connection, ticketed) => {
          const socket = connection.take();
          sockets.push(socket);
          end.resolve(`${ticketed ? 'ticket' : 'exclusion'} from ${connection.peer.port}`);
        },
        refused: (because) => end.resolve(`refused: ${because}`),
      },
    );
    return { place, end: end.promise };
  }

  const closed = (socket: Socket) =>
    new Promise<void>((resolve) => {
      socket.once('close', () => resolve()).resume();
    });

  it('what comes when nothing is expected is a control connection at once', async () => {
    await dial();
    assert.equal(controls.length, 1);
  });

  it('a connection from an address that expects nothing is a control connection, whatever others expect', async () => {
    const { place } = await expect();
    place.awaited();
    await dial(undefined, '127.0.0.2');
    assert.equal(controls.length, 1);
    place.end();
  });

  it('who may come from a whole network is promised for all of it', async () => {
    const policy = { kind: 'prefix', bits4: 8, bits6: 64 } as const;
    const { place, end } = await expect({ peer: '127.9.9.9', policy });
    place.awaited();
    const socket = await dial(undefined, '127.0.0.2');
    assert.equal(await end, `exclusion from ${socket.localPort}`);
  });

  it('a connection to another port of this server is none of those that were promised here', async () => {
    const { place } = await expect({ port: port + 1 });
    await dial();
    assert.equal(controls.length, 1);
    place.end();
  });

  it('tickets: many leases of one address, their connections in another order, control connections in between', async () => {
    const count = 40;
    const leases = [];
    for (let at = 0; at < count; at += 1) leases.push(await expect(tls(at)));
    const order = leases.map((_, at) => (at * 17) % count);
    const dialled = new Map<number, Socket>();
    for (const at of order) {
      await dial();
      dialled.set(at, await dial(hello(Buffer.concat([key(at), Buffer.alloc(100, 9)]))));
      if (at % 3 === 0) leases[at]?.place.awaited();
    }
    for (const [at, { end }] of leases.entries()) {
      assert.equal(await end, `ticket from ${dialled.get(at)?.localPort}`);
    }
    assert.equal(controls.length, count, 'the silent ones are control connections, once no lease is older');
  });

  it('a control connection is held only as long as a lease that is older than it is open', async () => {
    const first = await expect(tls(1));
    await dial();
    const second = await expect(tls(2));
    assert.equal(controls.length, 0);
    first.place.end();
    assert.equal(controls.length, 1);
    second.place.end();
  });

  it('in the clear: the only one is taken once the grace is over, not before the transfer', async () => {
    const { place, end } = await expect();
    const socket = await dial();
    place.awaited();
    assert.equal(await end, `exclusion from ${socket.localPort}`);
    assert.equal(controls.length, 0);
  });

  it('what an upload sends early is not lost', async () => {
    const got = withResolvers<Buffer>();
    const place = await door.expect(
      { peer: '127.0.0.1', port, secure: false, marks: [] },
      { came: (connection) => connection.take().once('data', got.resolve).resume(), refused: () => {} },
    );
    await dial(Buffer.from('payload'));
    place.awaited();
    assert.equal(String(await got.promise), 'payload');
  });

  for (const when of ['before', 'after'] as const) {
    it(`steal: a second connection ${when} the true one, and nobody gets anything`, async () => {
      const { place, end } = await expect();
      const thief = when === 'before' ? await dial() : undefined;
      const own = await dial();
      const other = thief ?? (await dial());
      place.awaited();
      assert.match(await end, /^refused: 2 connections came from your address/);
      await Promise.all([closed(own), closed(other)]);
      assert.equal(controls.length, 0, 'a 220 must not get into a file');
    });
  }

  it('steal: who came and left again still makes it doubtful', async () => {
    const { place, end } = await expect();
    const thief = await dial();
    thief.destroy();
    await dial();
    place.awaited();
    assert.match(await end, /^refused/);
  });

  it('steal: a ClientHello without a ticket gets nothing beside the connection with the ticket', async () => {
    const { place, end } = await expect(tls(1));
    place.awaited();
    const thief = await dial(hello());
    const own = await dial(hello(key(1)));
    assert.equal(await end, `ticket from ${own.localPort}`);
    await closed(thief);
  });

  it('steal: once a client has resumed, nothing goes to a connection that does not', async () => {
    const first = await expect(tls(1));
    await dial(hello(key(1)));
    assert.match(await first.end, /^ticket/);
    await open({ hold: 200 });
    const again = await expect(tls(1));
    await dial(hello(key(1)));
    assert.match(await again.end, /^ticket/);
    const { place, end } = await expect(tls(1));
    place.awaited();
    await dial(hello());
    assert.match(await end, /^refused: Another connection/);
  });

  it('a client that never resumes is served when it is the only one', async () => {
    const { place, end } = await expect(tls(1));
    place.awaited();
    const socket = await dial();
    socket.write(hello());
    assert.equal(await end, `exclusion from ${socket.localPort}`);
  });

  it('a ticket of a session that expects nothing is not taken for somebody who came without', async () => {
    const { place, end } = await expect(tls(1));
    place.awaited();
    await dial(hello(key(7)));
    assert.match(await end, /^refused: .* resumes the TLS session of another/);
  });

  it('in the clear one address has one transfer at a time, the next one waits for its turn', async () => {
    const first = await expect();
    let armed = false;
    const second = expect().then((outcome) => {
      armed = true;
      return outcome;
    });
    const socket = await dial();
    assert.equal(armed, false);
    first.place.awaited();
    assert.equal(await first.end, `exclusion from ${socket.localPort}`);
    (await second).place.end();
  });

  it('a client that asks for a data connection and goes no further does not shut others out for ever', async () => {
    await open({ hold: 50 });
    const idle = await expect(tls(1));
    await dial();
    assert.match(await idle.end, /^refused: Another connection from your address/);
    assert.equal(controls.length, 1);
  });

  it('implicit TLS: a ClientHello without a ticket of ours is a new control connection, at once', async () => {
    await open({ implicit: true });
    const { place, end } = await expect(tls(1));
    place.awaited();
    await dial();
    const control = await dial(hello());
    const own = await dial(hello(key(1)));
    assert.equal(await end, `ticket from ${own.localPort}`);
    assert.deepEqual(new Set(controls.map(({ peer }) => peer.port)).has(control.localPort ?? 0), true);
  });

  it('hostile: a connection that says something else is nobody, and is closed', async () => {
    await open({ hold: 500 });
    await expect(tls(1));
    const socket = await dial(Buffer.from('USER root\r\n'));
    await closed(socket);
    assert.equal(controls.length, 0);
  });
});
