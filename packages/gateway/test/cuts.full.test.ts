import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createGateway, type FtpGateway } from '@duoport/gateway';
import { resetStream } from '@duoport/net';
import { createServer, type FtpServer, MemoryAccounts, MemoryFiles, type ServerEvent } from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { CutClient, finalReply, moved, randomFrom } from './cut-client.ts';
import { dialled, within } from './ends.ts';
import { type Line, Scissors } from './scissors.ts';

/*
 * The law of short files: whatever is cut, wherever and however, a file that is not whole is never answered 2yz, and an upload that was
 * cut never ends cleanly at the server. A plain data connection that ends in a FIN is the one thing that nobody can tell from a
 * whole file (RFC 959 §3.4), so those are cut by resets, and by a FIN where TLS shows it.
 */

const runs = Number(process.env['DUOPORT_CUTS'] ?? 400);
/** More than all buffers on the way hold: what is cut early is still on its way. */
const size = 24 << 20;
const content = new Uint8Array(size).map((_, index) => (index * 31) & 0xff);

type Place = 'client control' | 'client data' | 'server control' | 'server data';

interface Plan {
  readonly verb: 'RETR' | 'STOR';
  readonly clientTls: boolean;
  readonly serverTls: boolean;
  readonly place: Place;
  readonly how: 'reset' | 'fin';
  /** Bytes on the client's data connection before the cut. */
  readonly after: number;
}

function planOf(seed: number): Plan {
  const random = randomFrom(seed);
  const one = <T>(choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(random() * choices.length)] ?? choices[0];
  const verb = one<Plan['verb']>(['RETR', 'STOR']);
  const [clientTls, serverTls] = [one([false, true]), one([false, true])];
  const place = one<Place>(['client control', 'client data', 'server control', 'server data']);
  const isPlainData = (place === 'client data' && !clientTls) || (place === 'server data' && !serverTls);
  const how = isPlainData ? 'reset' : one<'reset' | 'fin'>(['reset', 'fin']);
  return { verb, clientTls, serverTls, place, how, after: Math.floor(random() ** 3 * (size / 4)) };
}

interface Ground {
  readonly server: FtpServer;
  readonly memory: MemoryFiles;
  readonly served: ServerEvent[];
  readonly scissors: Scissors;
  readonly control: number;
  readonly plain: FtpGateway;
  readonly secure: FtpGateway;
}

async function ground(t: TestContext): Promise<Ground> {
  const low = 21_000 + Math.floor(Math.random() * 8000);
  const memory = new MemoryFiles();
  const served: ServerEvent[] = [];
  const server = createServer({
    accounts: new MemoryAccounts({ files: memory, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: low }],
    passive: { ports: { low: low + 1, high: low + 8 } },
    tls: certificate,
    log: (event) => served.push(event),
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const write = memory.prepareWrite('/full', { kind: 'replace' }).open();
  const handle = await write;
  await handle.write([content], 0);
  await handle.finish();
  const ports = Array.from({ length: 9 }, (_, index) => low + index);
  const scissors = await Scissors.on(t, '127.0.0.2', ports);
  const gateways = ['none', 'explicit'] as const;
  const [plain, secure] = gateways.map((tls) =>
    createGateway({
      listen: [{ host: '127.0.0.1', port: 0 }],
      to: [{ host: '127.0.0.2', port: low, tls, tlsSettings: { insecure: true }, mode: 'EPSV' }],
      client: { tls: certificate },
      timeouts: { stall: 5000, data: 5000, reply: 5000 },
    }),
  );
  assert.ok(plain && secure);
  for (const gateway of [plain, secure]) {
    await gateway.start();
    t.after(() => gateway.close({ grace: 0 }));
  }
  return { server, memory, served, scissors, control: low, plain, secure };
}

async function run(here: Ground, seed: number): Promise<void> {
  const plan = planOf(seed);
  const name = `/f${seed}`;
  const gateway = plan.serverTls ? here.secure : here.plain;
  const owner: (() => void)[] = [];
  const t2 = { after: (clean: () => void) => void owner.push(clean) } as unknown as TestContext;
  try {
    const client = new CutClient(t2, await dialled(t2, gateway.listening[0]?.port ?? 0));
    await client.wire.hears(/^220 /);
    if (plan.clientTls) await client.secure();
    await client.logIn();
    const data = await client.data('EPSV');
    client.wire.say(`${plan.verb} ${plan.verb === 'RETR' ? '/full' : name}`);
    await client.wire.hears(/^150 /);
    const { raw, stream } = await data.connected();
    const clean = await moved({ ...plan, content }, stream, () => cut(plan, here, client.raw, raw));
    const answer = await within(`the final reply of seed ${seed}`, finalReply(client.wire));
    judge(plan, { seed, answer, received: clean, stored: storedSize(here.memory, name) });
    const last = here.served.findLast((event) => event.kind === 'transfer' && event.path === name);
    if (plan.verb === 'STOR' && last?.kind === 'transfer' && last.reply.code < 400)
      assert.equal(storedSize(here.memory, name), size, `seed ${seed}: the server took a cut for an end`);
  } finally {
    for (const clean of owner) clean();
    here.served.length = 0;
    here.scissors.lines.length = 0;
    if (storedSize(here.memory, name) >= 0) here.memory.removeFile(name);
  }
}

function judge(
  plan: Plan,
  seen: {
    readonly seed: number;
    readonly answer: string;
    readonly received: number;
    readonly stored: number;
  },
): void {
  if (!/^2/.test(seen.answer)) return;
  const whole = plan.verb === 'RETR' ? seen.received : seen.stored;
  const what = `seed ${seen.seed}, ${JSON.stringify(plan)}: ${whole} of ${size} bytes were answered ${seen.answer}`;
  assert.equal(whole, size, what);
}

function storedSize(memory: MemoryFiles, name: string): number {
  try {
    return memory.openRead(name).size;
  } catch {
    return -1;
  }
}

function cut({ place, how }: Plan, { scissors, control }: Ground, clientControl: Socket, clientData: Socket) {
  const own = (socket: Socket) => (how === 'reset' ? resetStream(socket) : void socket.destroy());
  const line = (at: Line | undefined) => (at ?? assert.fail('there is no line to cut')).cut(how);
  switch (place) {
    case 'client control':
      return own(clientControl);
    case 'client data':
      return own(clientData);
    case 'server control':
      return line(scissors.newest((port) => port === control));
    case 'server data':
      return line(scissors.newest((port) => port !== control));
  }
}

test(`${runs} random cuts: no short file is answered 226, and nothing stays open`, {
  timeout: 900_000,
}, async (t) => {
  const here = await ground(t);
  const first = Number(process.env['DUOPORT_SEED'] ?? 1);
  for (let seed = first; seed < first + runs; seed += 1) await run(here, seed);
  for (const gateway of [here.plain, here.secure]) {
    await gateway.close({ grace: 2000 });
    assert.equal(gateway.sessions, 0);
    const { client, server } = gateway.ports;
    assert.deepEqual([client.leases, client.held, server.leases, server.held], [0, 0, 0, 0]);
  }
});
