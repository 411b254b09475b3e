import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { finalReply } from '../packages/gateway/test/cut-client.ts';
import { dialled, Wire } from '../packages/gateway/test/ends.ts';
import { SmallServer } from './crowd/small-server.ts';
import { type Holding, Post } from './relay/post.ts';
import { script } from './relay/script.ts';

/*
 * A gateway in a process of its own, and as many small transfers as a day may bring: its memory and its descriptors stay what they were.
 */

const transfers = Number(process.env['DUOPORT_TRANSFERS'] ?? 100_000);
const abreast = 8;
const content = new Uint8Array(1000).fill(7);

/** Client and server cost little: what is measured is what stands between. */
class SmallClient {
  readonly #wire: Wire;

  constructor(socket: Socket) {
    this.#wire = new Wire(socket);
  }

  async logIn(): Promise<void> {
    await this.#wire.hears(/^220 /);
    await this.#wire.ask('USER u', /^331 /);
    await this.#wire.ask('PASS p', /^230 /);
  }

  async transfer(verb: 'RETR' | 'STOR'): Promise<void> {
    const told = await this.#wire.ask('EPSV', /^229 /);
    const data = connect({ port: Number(/\|\|\|(\d+)\|/.exec(told)?.[1]), host: '127.0.0.1' });
    let bytes = 0;
    data.on('data', (chunk) => {
      bytes += chunk.length;
    });
    const closed = once(data, 'close');
    this.#wire.say(`${verb} f`);
    await this.#wire.hears(/^150 /);
    if (verb === 'STOR') data.end(content);
    await closed;
    assert.match(await finalReply(this.#wire), /^226 /);
    if (verb === 'RETR') assert.equal(bytes, content.length);
    // It keeps what it heard.
    this.#wire.heard.length = 0;
  }
}

async function move(clients: readonly SmallClient[], count: number): Promise<void> {
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (next < count) {
        next += 1;
        await client.transfer(next % 2 === 0 ? 'RETR' : 'STOR');
      }
    }),
  );
}

const told = ({ memory, heap = 0, pss = 0, descriptors }: Holding): string =>
  `resident ${mib(memory)}, its share ${mib(pss)}, heap ${mib(heap)}, ${descriptors} descriptors`;

function mib(kib: number): string {
  return `${(kib / 1024).toFixed(1)} MiB`;
}

test(`the memory of a gateway is level over ${transfers} transfers`, {
  timeout: 900_000,
}, async (t: TestContext) => {
  await using server = new SmallServer(content);
  const limits = { sessions: 100, perAddress: 100, login: 60_000 };
  const settings = { port: await server.start(), limits };
  const gateway = new Post(
    'the gateway',
    script(new URL('./crowd/stand-gateway.ts', import.meta.url), settings),
    (event) => assert.notEqual(event['kind'], 'bug'),
  );
  t.after(() => gateway.kill());
  const { port } = await gateway.start('ready');
  const clients = await Promise.all(
    Array.from({ length: abreast }, async () => {
      const client = new SmallClient(await dialled(t, Number(port)));
      await client.logIn();
      return client;
    }),
  );
  // What is compiled, cached and kept ready is there after some thousands.
  await move(clients, Math.min(5000, transfers));
  const before = await gateway.holds();
  const begun = performance.now();
  await move(clients, transfers);
  const seconds = (performance.now() - begun) / 1000;
  const after = await gateway.holds();
  t.diagnostic(`before: ${told(before)}`);
  t.diagnostic(`after: ${told(after)}; ${Math.round(transfers / seconds)} transfers a second`);
  assert.ok((after.pss ?? 0) - (before.pss ?? 0) < 64 * 1024, `${told(before)}, then ${told(after)}`);
  assert.ok((after.heap ?? 0) - (before.heap ?? 0) < 4 * 1024, `${told(before)}, then ${told(after)}`);
  assert.ok(
    (after.descriptors ?? 0) - (before.descriptors ?? 0) <= 4,
    `${told(before)}, then ${told(after)}`,
  );
  assert.equal(after.leases, 0);
});
