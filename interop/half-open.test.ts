import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { AgentRegistry, type AgentService, generateAgentKey } from '@duoport/relay';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import type { CrowdSettings, Stop } from './crowd/crowd.ts';
import { type Holding, type Limits, Post } from './relay/post.ts';
import { script } from './relay/script.ts';
import { claimPorts } from './support/ports.ts';
import { Workspace } from './support/workspace.ts';

/*
 * Thousands of connections that never say who they are: at a gateway, at a relay's clients' side, and at the port of its agents. Memory is
 * bounded, others are served meanwhile, and everything is given back.
 */

const crowd = Number(process.env['DUOPORT_CROWD'] ?? 10_000);
const addresses = Array.from({ length: 10 }, (_, at) => `127.0.0.${10 + at}`);
/** Each address is at its limit, and some more of its connections are refused. */
const perAddress = crowd / addresses.length;
const tooMany = 100;
const limits: Limits = { sessions: crowd + 1000, perAddress, login: 120_000 };
const content = new Uint8Array(100_000).fill(7);

async function serverStanding(t: TestContext): Promise<number> {
  const files = new MemoryFiles({ contents: { '/f': content } });
  const server = createServer({
    accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    maxSessions: 2 * crowd,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  return server.listening[0]?.port ?? 0;
}

function post(t: TestContext, at: URL, settings: object): Post {
  const standing = new Post(at.pathname.replace(/^.*\//, ''), script(at, settings), (event) =>
    assert.notEqual(event['kind'], 'bug'),
  );
  t.after(() => standing.kill());
  return standing;
}

async function relayStanding(t: TestContext) {
  const workspace = new Workspace('half-open');
  t.after(() => workspace.remove());
  const ports = await claimPorts();
  t.after(() => ports.release());
  const { control: agentPort, low, high } = ports;
  const state = workspace.folder('relay');
  const settings = {
    state,
    agentPort,
    limits,
    control: { low, high: low + 3 },
    passive: { low: low + 4, high },
  };
  const relay = post(t, new URL('./relay/stand-relay.ts', import.meta.url), settings);
  await relay.start('ready');
  const registry = new AgentRegistry(state);
  const agent = async (name: string, port: number): Promise<number> => {
    const services: readonly AgentService[] = [{ name: '', host: '127.0.0.1', port }];
    const secret = await registry.invite(name, Date.now() + 86_400_000);
    const key = generateAgentKey();
    const relayAt = { host: '127.0.0.1', port: agentPort };
    const standing = post(t, new URL('./relay/stand-agent.ts', import.meta.url), {
      name,
      relay: relayAt,
      key,
      secret,
      services,
    });
    const connected = await standing.start('connected');
    return (connected['services'] as Readonly<Record<string, number>>)[''] ?? 0;
  };
  return { relay, agentPort, agent };
}

/** A whole session of somebody else, again and again until `over`. Resolves with how many there were. */
async function served(port: number, over: Promise<unknown>): Promise<number> {
  let isOver = false;
  over.then(() => {
    isOver = true;
  });
  for (let count = 1; ; count += 1) {
    await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`);
    let bytes = 0;
    const write = (chunks: readonly Uint8Array[]) => {
      for (const chunk of chunks) bytes += chunk.length;
    };
    await client.get('/f', { write });
    assert.equal(bytes, content.length);
    if (isOver) return count;
  }
}

function crowdAt(t: TestContext, settings: CrowdSettings): Post {
  return post(t, new URL('./crowd/crowd.ts', import.meta.url), settings);
}

const told = ({ memory }: Holding, before: Holding): string =>
  `${Math.round(memory / 1024)} MiB, ${((memory - before.memory) / crowd).toFixed(1)} KiB a connection`;

async function emptied(standing: Post, connections: number): Promise<Holding> {
  const until = performance.now() + 30_000;
  for (;;) {
    const held = await standing.holds();
    if (held.sessions === 0 && held.leases === 0 && held.sockets.connections === connections) return held;
    assert.ok(
      performance.now() < until,
      `it still holds ${held.sessions} sessions, ${held.sockets.connections} sockets`,
    );
  }
}

const stops: readonly Stop[] = ['silent', 'half a PASS', 'AUTH TLS', 'half a hello after AUTH', 'silent'];

async function crowdOfClients(t: TestContext, standing: Post, port: number): Promise<void> {
  await served(port, Promise.resolve());
  const before = await standing.holds();
  const people = crowdAt(t, { port, isAgent: false, count: crowd + tooMany, addresses, stops });
  const all = people.start('all', 110_000);
  const others = served(port, all);
  const { refused, failed } = await all;
  assert.equal(failed, 0);
  const during = await standing.holds();
  // On a machine that takes longer, the first handshakes have run out of time and made room.
  const most = crowd + tooMany + 5;
  assert.ok(during.sessions > crowd * 0.55 && during.sessions <= most, `${during.sessions} sessions`);
  assert.ok(Number(refused) > 0 && Number(refused) <= tooMany, `${refused} were refused`);
  const perConnection = (during.memory - before.memory) / crowd;
  assert.ok(perConnection < 60, `${perConnection} KiB a connection`);
  t.diagnostic(
    `${during.sessions} sessions; ${await others} of others were served meanwhile; ${told(during, before)}`,
  );
  await people.kill();
  const after = await emptied(standing, before.sockets.connections);
  await served(port, Promise.resolve());
  t.diagnostic(
    `${Math.round(before.memory / 1024)} MiB before, ${Math.round(after.memory / 1024)} MiB after`,
  );
}

test(`attack: ${crowd} half-open sessions at a gateway`, { timeout: 300_000 }, async (t) => {
  const gateway = post(t, new URL('./crowd/stand-gateway.ts', import.meta.url), {
    port: await serverStanding(t),
    limits,
  });
  const { port } = await gateway.start('ready');
  await crowdOfClients(t, gateway, Number(port));
});

test(`attack: ${crowd} half-open sessions at a relay`, { timeout: 300_000 }, async (t) => {
  const { relay, agent } = await relayStanding(t);
  await crowdOfClients(t, relay, await agent('office', await serverStanding(t)));
});

test(`attack: ${crowd} connections of agents that never say who they are`, {
  timeout: 300_000,
}, async (t) => {
  const { relay, agentPort, agent } = await relayStanding(t);
  const server = await serverStanding(t);
  const port = await agent('office', server);
  await served(port, Promise.resolve());
  const before = await relay.holds();
  const stops: readonly Stop[] = ['silent', 'half a hello', 'silent', 'TLS', 'HTTP/2'];
  const people = crowdAt(t, { port: agentPort, isAgent: true, count: crowd, addresses, stops });
  const all = people.start('all', 120_000);
  const others = served(port, all);
  // An agent that says who it is gets in while they come.
  const branch = await agent('branch', server);
  await served(branch, Promise.resolve());
  await all;
  const during = await relay.holds();
  assert.ok(during.sockets.connections < 1200, `${during.sockets.connections} connections`);
  assert.ok(during.memory - before.memory < 300 * 1024, told(during, before));
  t.diagnostic(`${await others} sessions of others were served meanwhile; ${told(during, before)}`);
  // They do not go: the relay closes.
  const after = await emptied(relay, 2);
  assert.equal(after.lines, 2);
  await served(port, Promise.resolve());
  t.diagnostic(
    `${Math.round(before.memory / 1024)} MiB before, ${Math.round(after.memory / 1024)} MiB after`,
  );
});
