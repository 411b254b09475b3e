import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { GatewayEvent } from '@duoport/gateway';
import {
  type AgentEvent,
  AgentRegistry,
  type AgentService,
  generateAgentKey,
  RelayAgent,
  type RelayAgentOptions,
  type RelayEvent,
  RelayServer,
  type RelayServerOptions,
  readAgentKey,
} from '@duoport/relay';
import { createServer, type FtpServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';

export const fingerprint = new X509Certificate(certificate.cert).fingerprint256;

/** What has been told, and what is waited for. */
export class Told<Event extends { readonly kind: string }> {
  readonly events: Event[] = [];
  readonly #waiting = new Set<() => void>();

  readonly log = (event: Event): void => {
    this.events.push(event);
    for (const check of [...this.#waiting]) check();
  };

  of<Kind extends Event['kind']>(kind: Kind): Extract<Event, { readonly kind: Kind }>[] {
    return this.events.filter(
      (event): event is Extract<Event, { readonly kind: Kind }> => event.kind === kind,
    );
  }

  /** Resolves with the event of this kind with that number, as soon as it has been told. */
  until<Kind extends Event['kind']>(kind: Kind, count = 1): Promise<Extract<Event, { readonly kind: Kind }>> {
    return new Promise((resolve) => {
      const check = () => {
        const event = this.of(kind)[count - 1];
        if (event === undefined) return;
        this.#waiting.delete(check);
        resolve(event);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

export interface RelayStanding {
  readonly relay: RelayServer;
  readonly registry: AgentRegistry;
  readonly told: Told<RelayEvent>;
  readonly sessions: Told<GatewayEvent>;
  readonly port: number;
}

export async function relayStanding(
  t: TestContext,
  options: Partial<RelayServerOptions> = {},
): Promise<RelayStanding> {
  const folder = await mkdtemp(path.join(tmpdir(), 'duoport-relay-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const registry = new AgentRegistry(folder);
  const told = new Told<RelayEvent>();
  const sessions = new Told<GatewayEvent>();
  const relay = new RelayServer({
    registry,
    agents: { host: '127.0.0.1', port: 0, tls: certificate },
    control: { host: '127.0.0.1', ports: { low: 0, high: 0 } },
    log: told.log,
    sessionLog: sessions.log,
    ...options,
  });
  await relay.start();
  t.after(async () => {
    await relay.close({ grace: 0 });
    assert.deepEqual([...told.of('fault'), ...sessions.of('bug')], []);
  });
  return { relay, registry, told, sessions, port: relay.agentEndpoint?.port ?? 0 };
}

export async function serverStanding(
  t: TestContext,
  contents: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ readonly server: FtpServer; readonly memory: MemoryFiles; readonly service: AgentService }> {
  const memory = new MemoryFiles({ contents });
  const server = createServer({
    accounts: new MemoryAccounts({ files: memory, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: certificate,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  return {
    server,
    memory,
    service: { name: '', host: '127.0.0.1', port: server.listening[0]?.port ?? 0 },
  };
}

export interface AgentStanding {
  readonly agent: RelayAgent;
  readonly told: Told<AgentEvent>;
  readonly running: Promise<void>;
  /** Control port of the nameless service. */
  readonly port: number;
}

/** An agent that has been invited and is connected. */
export async function agentStanding(
  t: TestContext,
  { registry, port }: RelayStanding,
  options: Partial<RelayAgentOptions> & Pick<RelayAgentOptions, 'services'>,
): Promise<AgentStanding> {
  const name = options.name ?? 'office';
  const told = new Told<AgentEvent>();
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port, tls: { fingerprint } },
    name,
    key: readAgentKey(generateAgentKey()),
    secret: await registry.invite(name, Date.now() + 60_000),
    log: told.log,
    ...options,
  });
  t.after(() => agent.close());
  const running = agent.run();
  running.catch(() => undefined);
  const connected = await Promise.race([told.until('connected'), running]);
  assert.ok(connected !== undefined, 'the agent stopped before it was connected');
  return { agent, told, running, port: connected.services[''] ?? 0 };
}
