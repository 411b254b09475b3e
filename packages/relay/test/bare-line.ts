import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { DirectListener, dialRelay, listenAgents, type RelayLine } from '@duoport/net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { certificate } from '@duoport/testkit';
import { fingerprint } from './standing.ts';
import { waiting } from './waiting.ts';

/** A port of this host at which `serve` gets what comes. */
export async function listening(t: TestContext, serve: (socket: Socket) => void): Promise<Endpoint> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return endpoint('127.0.0.1', (server.address() as AddressInfo).port);
}

/** Both ends of a line, with nothing but it: an agent that dials whatever it is asked for. */
export async function bareLine(t: TestContext, { clear = false }: { readonly clear?: boolean } = {}) {
  const { promise, resolve } = waiting<RelayLine>();
  const relay = await listenAgents({ host: '127.0.0.1', port: 0, ...certificate, onLine: resolve });
  t.after(() => relay.close());
  const listener = await DirectListener.listen({ host: '127.0.0.1', port: 0, clear });
  t.after(() => listener.close());
  const control = await listening(t, () => undefined);
  const agent = await dialRelay(
    { host: '127.0.0.1', port: relay.endpoint.port, tls: { fingerprint } },
    {
      direct: listener,
      answer: () => ({}),
      carried: () => 'no',
      request: (request) => {
        const { address: host, port } = request.to ?? control;
        request.join({ host, port }).catch(() => undefined);
      },
    },
  );
  t.after(() => agent.close('the test is over'));
  return { line: await promise, listener, agent };
}

/** The way of data connections on a line. */
export async function dataWay(t: TestContext, line: RelayLine, server: Endpoint) {
  const { control, data } = await line.open({
    host: server.address,
    port: server.port,
    service: '',
    client: endpoint('192.0.2.1', 1),
  });
  t.after(() => control.destroy());
  return data;
}
