import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createGateway, type HealthEvent, type HealthOptions, type Upstream } from '@duoport/gateway';
import {
  createServer,
  type FtpServer,
  MemoryAccounts,
  MemoryFiles,
  type ServerOptions,
} from '@duoport/server';
import { certificate } from '@duoport/testkit';

const login = { user: 'u', password: 'p' };

async function server(
  t: TestContext,
  options: Partial<ServerOptions> = {},
): Promise<{ readonly server: FtpServer; readonly upstream: Upstream }> {
  const accounts = new MemoryAccounts({ files: new MemoryFiles(), users: [{ name: 'u', password: 'p' }] });
  const made = createServer({
    accounts,
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: certificate,
    ...options,
  });
  await made.start();
  t.after(() => made.close({ grace: 0 }));
  return { server: made, upstream: { host: '127.0.0.1', port: made.listening[0]?.port } };
}

/** A gateway that probes; `changed` resolves with the next change. */
async function probing(t: TestContext, to: readonly Upstream[], health: HealthOptions) {
  const seen: HealthEvent[] = [];
  let wake: (() => void) | undefined;
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to,
    health: { interval: 10, ...health },
    onHealth: (event) => {
      seen.push(event);
      wake?.();
    },
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const changed = async (): Promise<HealthEvent> => {
    for (;;) {
      const event = seen.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { gateway, changed };
}

test('a server that goes is unhealthy, and healthy again when it is back', async (t) => {
  const a = await server(t);
  const { changed } = await probing(t, [a.upstream], { login });
  await a.server.close({ grace: 0 });
  const gone = await changed();
  assert.equal(gone.state, 'unhealthy');
  assert.equal(gone.port, a.upstream.port);
  await server(t, { listen: [{ host: '127.0.0.1', port: a.upstream.port }] });
  assert.equal((await changed()).state, 'healthy');
});

test('passive ports that cannot be reached: unhealthy where the gateway dials them, and only there', async (t) => {
  const shut = await server(t, { passive: { address: '127.0.0.9' } });
  const seen: Upstream = { ...shut.upstream, mode: 'PASV', passiveAddress: 'reply' };
  const { changed } = await probing(t, [seen], { login });
  const event = await changed();
  assert.equal(event.state, 'unhealthy');
  assert.match(event.because, /127\.0\.0\.9/);

  const none = await server(t, { passive: { enabled: false } });
  const passive = await probing(t, [none.upstream], { login });
  assert.equal((await passive.changed()).state, 'unhealthy');
  // The same server, used actively: its probe goes all the way, and the one beside it shows that it did.
  const beside = await server(t);
  const active = await probing(t, [{ ...none.upstream, mode: 'active' }, beside.upstream], { login });
  await beside.server.close({ grace: 0 });
  assert.equal((await active.changed()).port, beside.upstream.port);
  assert.deepEqual(active.gateway.status([none.upstream])[0]?.state, 'healthy');
});

test('a login that is refused, and a certificate that is not trusted', async (t) => {
  const a = await server(t);
  const refused = await probing(t, [a.upstream], { login: { user: 'u', password: 'wrong' } });
  assert.match((await refused.changed()).because, /login of the probe.*530/);
  const untrusted = await probing(t, [{ ...a.upstream, tls: 'explicit' }], {});
  assert.match((await untrusted.changed()).because, /certificate/);
  const trusted: Upstream = { ...a.upstream, tls: 'explicit', tlsSettings: { insecure: true } };
  const beside = await server(t);
  const fine = await probing(t, [trusted, beside.upstream], { login });
  await beside.server.close({ grace: 0 });
  assert.equal((await fine.changed()).port, beside.upstream.port);
});
