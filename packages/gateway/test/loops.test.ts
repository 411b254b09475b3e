import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate } from '@duoport/testkit';
import { dialled, gatewayTo, shutPort, Wire } from './ends.ts';

test('attack: a gateway that points at itself ends at once and says so', async (t) => {
  const port = await shutPort();
  const { events } = await gatewayTo(t, port, { listen: [{ host: '127.0.0.1', port }] });
  const client = new Wire(await dialled(t, port));
  await client.hears(/^220 /);
  await client.ask('USER u', /^421 Loop: .*itself/);
  assert.equal(events.filter(({ kind }) => kind === 'connected').length, 2);
});

test('attack: the same under TLS', async (t) => {
  const port = await shutPort();
  const to = [{ host: '127.0.0.1', port, tls: 'explicit', tlsSettings: { insecure: true } }] as const;
  const listen = [{ host: '127.0.0.1', port }];
  const { events } = await gatewayTo(t, port, { listen, to, client: { tls: certificate } });
  const client = new Wire(await dialled(t, port));
  await client.hears(/^220 /);
  await client.ask('USER u', /^421 Loop: /);
  assert.equal(events.filter(({ kind }) => kind === 'connected').length, 2);
});

test('attack: two gateways that point at each other end as soon as one is met again', async (t) => {
  const [one, other] = [await shutPort(), await shutPort()];
  const first = await gatewayTo(t, other, { listen: [{ host: '127.0.0.1', port: one }] });
  const second = await gatewayTo(t, one, { listen: [{ host: '127.0.0.1', port: other }] });
  const client = new Wire(await dialled(t, one));
  await client.hears(/^220 /);
  await client.ask('USER u', /^421 Loop: /);
  assert.equal(first.events.filter(({ kind }) => kind === 'connected').length, 2);
  assert.equal(second.events.filter(({ kind }) => kind === 'connected').length, 1);
});

test('one gateway behind another is no loop', async (t) => {
  const last = await shutPort();
  const inner = await gatewayTo(t, last);
  const outer = await gatewayTo(t, inner.port);
  const client = new Wire(await dialled(t, outer.port));
  await client.hears(/^220 /);
  await client.ask('USER u', /^421 Could not open the control connection/);
});
