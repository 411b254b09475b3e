import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CutClient, finalReply, moved } from '../packages/gateway/test/cut-client.ts';
import { dialled, within } from '../packages/gateway/test/ends.ts';
import { vsftpd } from './peers/vsftpd.ts';
import { Lane, type Served } from './relay/lane.ts';
import { type Plan, planOf } from './relay/plan.ts';
import type { Holding } from './relay/post.ts';
import { programs } from './support/programs.ts';
import { giveToSessions } from './support/served-folder.ts';

/*
 * Transfers through a relay, each of them cut at a random byte: a connection, with a FIN or a reset, or a process, with SIGKILL. A
 * file that is not whole is never answered 2yz; whoever waits is told; and in the end nobody holds anything.
 *
 * DUOPORT_CUTS: how many. DUOPORT_SEED: the first one.
 */

const cuts = Number(process.env['DUOPORT_CUTS'] ?? 600);
const first = Number(process.env['DUOPORT_SEED'] ?? 1);
/** Before the connections are cut, so that these are counted in processes that stay. */
const kills = Math.ceil(cuts / 12);
const lanes = 3;
/** More than the buffers of relay and agent hold. */
const size = 8 << 20;
/** More than the kernel's hold as well: what is in them when the client itself leaves has been sent, for all that anybody can know. */
const longSize = 24 << 20;
const long = new Uint8Array(longSize).map((_, index) => (index * 31) ^ (index >>> 12));
const content = long.subarray(0, size);
const files = { full: content, long };
/** Far below the time after which silence alone tells that a line is gone. Milliseconds. */
const soon = 8000;

interface Owner {
  after(clean: () => unknown): void;
}

/** What has to be made whole again, and is when it resolves. */
type Mending = () => Promise<unknown>;

async function run(lane: Lane, plan: Plan): Promise<void> {
  const cleaning: (() => unknown)[] = [];
  const owner: Owner = { after: (clean) => void cleaning.push(clean) };
  const source = plan.place === 'client data' ? 'long' : 'full';
  const name = plan.verb === 'RETR' ? source : `f${plan.seed}`;
  const due = plan.verb === 'RETR' ? files[source].length : size;
  const what = JSON.stringify(plan);
  const mending: Mending[] = [];
  try {
    const client = new CutClient(owner, await dialled(owner as TestContext, lane.controlPort(plan)));
    await client.wire.hears(/^220 /);
    if (plan.tls) await client.secure();
    const { user, password } = plan.server === 'vsftpd' ? lane.vsftpd : lane.own;
    await client.logIn(user, password);
    const data = await client.data(plan.data);
    client.wire.say(`${plan.verb} ${name}`);
    await client.wire.hears(/^150 /);
    const { raw, stream } = await data.connected();
    let cutAt = 0;
    const received = await moved({ ...plan, content: plan.verb === 'RETR' ? long : content }, stream, () => {
      cutAt = performance.now();
      mending.push(cut(lane, plan, { control: client.raw, data: raw }));
    });
    const answer = await within(`the final reply of ${what}`, finalReply(client.wire));
    const late = performance.now() - cutAt;
    assert.ok(late < soon, `${what}: the client was told after ${late} ms`);
    if (!answer.startsWith('2')) return;
    const whole = plan.verb === 'RETR' ? received : (lane.stored(plan, name)?.length ?? 0);
    assert.equal(whole, due, `${what}: ${whole} bytes were answered ${answer}`);
    if (plan.verb === 'STOR')
      assert.equal(Buffer.compare(lane.stored(plan, name) ?? content, content), 0, what);
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    for (const clean of cleaning) await clean();
    for (const mend of mending) await mend().catch((error: unknown) => assert.fail(`${what}: ${error}`));
    if (plan.verb === 'STOR') lane.forget(plan, name);
  }
}

interface Own {
  readonly control: { destroy(): unknown; resetAndDestroy(): unknown };
  readonly data: { destroy(): unknown; resetAndDestroy(): unknown };
}

/** Does it, and returns what mends it. */
function cut(lane: Lane, { place, how, server }: Plan, own: Own): Mending {
  const line = (isIt: (port: number) => boolean) =>
    (lane.scissors.newest(isIt) ?? assert.fail('there is no line to cut')).cut(how);
  const { port } = server === 'vsftpd' ? lane.vsftpd : lane.own;
  const nothing = async () => undefined;
  switch (place) {
    case 'agent line': {
      const [lost, back] = [lane.agent.next('lost'), lane.agent.next('connected')];
      line((at) => at === lane.agentPort);
      const cutAt = performance.now();
      return async () => {
        await lost;
        const late = performance.now() - cutAt;
        assert.ok(late < soon, `the agent noticed after ${late} ms`);
        await back;
      };
    }
    case 'client control':
    case 'client data': {
      const socket = place === 'client data' ? own.data : own.control;
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
      return nothing;
    }
    case 'server control':
      line((at) => at === port);
      return nothing;
    case 'server data':
      line((at) => at !== port && at !== lane.agentPort);
      return nothing;
    case 'kill the agent': {
      const gone = lane.agent.kill();
      return () => gone.then(() => lane.agent.start('connected'));
    }
    case 'kill the relay': {
      const [gone, back] = [lane.relay.kill(), lane.agent.next('connected')];
      return () => Promise.all([gone.then(() => lane.relay.start('ready')), back]);
    }
    case 'kill the server': {
      const gone = lane.server.kill();
      return () => gone.then(() => lane.server.start('ready'));
    }
  }
}

/** Every one of the relay's data ports is used at the same time, and each transfer is whole. */
async function allPortsWork(lane: Lane): Promise<void> {
  const cleaning: (() => unknown)[] = [];
  const owner: Owner = { after: (clean) => void cleaning.push(clean) };
  const { low, high } = lane.passive;
  const ready = await Promise.all(
    Array.from({ length: high - low + 1 }, async () => {
      const plan = { server: 'duoport', data: 'EPSV' } as const;
      const client = new CutClient(owner, await dialled(owner as TestContext, lane.controlPort(plan)));
      await client.wire.hears(/^220 /);
      await client.logIn(lane.own.user, lane.own.password);
      return { client, data: await client.data('EPSV') };
    }),
  );
  for (const { client, data } of ready) {
    client.wire.say('RETR full');
    await client.wire.hears(/^150 /);
    const { stream } = await data.connected();
    assert.equal(await moved({ verb: 'RETR', content, after: size + 1 }, stream, () => undefined), size);
    assert.match(await finalReply(client.wire), /^226 /);
    await client.wire.ask('QUIT', /^221 /);
  }
  for (const clean of cleaning) await clean();
}

/** Asks until it holds nothing, or for as long as anything may take. */
async function empties(what: string, ask: () => Promise<Holding>, sockets: number): Promise<void> {
  const isEmpty = (held: Holding) =>
    held.sessions === 0 &&
    (held.streams ?? 0) === 0 &&
    held.leases === 0 &&
    held.held === 0 &&
    held.sockets.connections === sockets;
  const until = performance.now() + 15_000;
  for (;;) {
    const held = await ask();
    if (isEmpty(held)) return;
    assert.ok(performance.now() < until, `${what} still holds ${JSON.stringify(held)}`);
  }
}

function judgeAllThatWasTold(lane: Lane): number {
  const kind = (event: (typeof lane.told)[number]) => event['kind'] ?? event['event'];
  assert.deepEqual(
    lane.told.filter((event) => kind(event) === 'fault' || kind(event) === 'bug'),
    [],
  );
  // The kernel ends the connections of an agent that is killed as it ends whole ones: its server cannot tell, but it tells nobody.
  const ofKill = (path: unknown) => Number(/^\/f(\d+)$/.exec(String(path))?.[1]) < first + kills;
  const done = lane.told
    .filter((event) => kind(event) === 'transfer' && codeOf(event) < 400)
    .filter(({ path }) => !ofKill(path));
  for (const event of done) {
    const due = event['path'] === '/long' ? longSize : size;
    assert.equal(event['bytes'], due, `told as whole: ${JSON.stringify(event)}`);
  }
  return done.length;
}

function codeOf({ reply }: Readonly<Record<string, unknown>>): number {
  if (typeof reply === 'number') return reply;
  return typeof reply === 'object' && reply !== null && 'code' in reply ? Number(reply.code) : 0;
}

async function vsftpdStanding(t: TestContext): Promise<Served> {
  const peer = await vsftpd.start({ family: 4 });
  t.after(() => peer.stop());
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(peer.root, name), bytes);
    giveToSessions(join(peer.root, name));
  }
  const ports = Array.from({ length: 40 }, (_, at) => peer.port + at);
  return { ...peer, ports };
}

const lost = programs().missing.map(({ name }) => name);
const skip = vsftpd.needs.some((name) => lost.includes(name)) || process.getuid?.() !== 0;

test(`${cuts} random cuts through relays: no short file is answered 226, and nothing stays open`, {
  skip,
  timeout: 600_000,
}, async (t) => {
  const peer = await vsftpdStanding(t);
  const begun = performance.now();
  t.diagnostic(`seeds from ${first}; DUOPORT_SEED repeats one`);
  let next = 0;
  const all = await Promise.all(
    Array.from({ length: lanes }, (_, at) =>
      Lane.on(t, {
        address: `127.0.0.${2 + at}`,
        vsftpd: peer,
        files,
        clear: at === 0,
      }),
    ),
  );
  for (const isKill of [true, false]) {
    const last = isKill ? kills : cuts;
    const work = async (lane: Lane) => {
      while (next < last) {
        next += 1;
        await run(lane, planOf(first + next - 1, { size, isKill }));
      }
    };
    await Promise.all(all.map(work));
  }
  let whole = 0;
  for (const lane of all) {
    await allPortsWork(lane);
    // The agent's line, and nothing else.
    await empties('the relay', () => lane.relay.holds(), 1);
    await empties('the agent', () => lane.agent.holds(), 1);
    whole += judgeAllThatWasTold(lane);
  }
  t.diagnostic(
    `${kills} kills, ${cuts - kills} cuts, ${whole} transfers told as whole, ${Math.round(performance.now() - begun)} ms`,
  );
});
