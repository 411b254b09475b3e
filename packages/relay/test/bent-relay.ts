import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import {
  type ClientWay,
  dial,
  listenAgents,
  listenConnections,
  PortPool,
  type RelayLine,
} from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import { type AgentService, generateAgentKey, RelayAgent, readAgentKey } from '@duoport/relay';
import { certificate } from '@duoport/testkit';
import { fingerprint } from './standing.ts';

/** What somebody on the way does with the bytes. */
export type Bend = (chunk: Uint8Array, from: 'client' | 'relay') => Uint8Array;

/** A relay that does something of its own with what it carries to an agent. Resolves with the control port for clients. */
export async function bentRelay(
  t: TestContext,
  options: { readonly services: readonly AgentService[]; readonly control?: Bend; readonly data?: Bend },
): Promise<number> {
  const { services, control = same, data = same } = options;
  let arrived: (line: RelayLine) => void = () => undefined;
  const arrival = new Promise<RelayLine>((resolve) => {
    arrived = resolve;
  });
  const relay = await listenAgents({ host: '127.0.0.1', port: 0, ...certificate, onLine: arrived });
  t.after(() => relay.close());
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port: relay.endpoint.port, tls: { fingerprint } },
    name: 'office',
    key: readAgentKey(generateAgentKey()),
    services,
  });
  t.after(() => agent.close({ grace: 0 }));
  agent.run().catch(() => undefined);
  const line = await arrival;
  await line.ask('/welcome', {});
  const pool = new PortPool();
  t.after(() => pool.close());
  const way: ClientWay = {
    lease: async (wanted) => {
      const lease = await pool.lease({ ...wanted, host: '127.0.0.1', peer: '127.0.0.1', side: 'server' });
      const told = endpoint('127.0.0.1', await bentWire(t, lease.endpoint.port, data));
      return { lease, told };
    },
    dial,
  };
  const listener = await listenConnections({ host: '127.0.0.1', port: 0 }, (connection) => {
    line
      .carry(connection, { service: '', way, implicitTls: false, neighbour: false })
      .catch((error: unknown) => assert.fail(String(error)));
  });
  t.after(() => listener.close());
  return await bentWire(t, listener.endpoint.port, control);
}

async function bentWire(t: TestContext, port: number, bend: Bend): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pass = (one: Socket, other: Socket, who: 'client' | 'relay') => {
      open.add(one);
      one.on('data', (chunk: Buffer) => other.write(bend(chunk, who)));
      one.on('end', () => other.end());
      // Not a reset: Node keeps one open for ever that is reset in the turn of its end.
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
    };
    pass(from, to, 'client');
    pass(to, from, 'relay');
  });
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function same(chunk: Uint8Array): Uint8Array {
  return chunk;
}
