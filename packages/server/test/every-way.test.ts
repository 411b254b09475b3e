import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Way } from './raw-client.ts';
import { contentOf, noise, seed, serve } from './serving.ts';
import { dial, readAll } from './sockets.ts';

const ways: readonly Way[] = ['EPSV', 'PASV', 'LPSV', 'EPRT', 'PORT', 'LPRT'];
const sizes = [0, 1, 1000, 300_000];

for (const host of ['127.0.0.1', '::1']) {
  for (const tls of [undefined, 'TLSv1.2', 'TLSv1.3'] as const) {
    test(`upload, download and listing by every verb, ${tls ?? 'plain'}, ${host}`, async (t) => {
      const { login, connect, memory, events } = await serve(t, { host });
      const client =
        tls === undefined
          ? await login()
          : await (await (await connect({ tls: { minVersion: tls, maxVersion: tls } })).secure()).login();
      // PASV and PORT can name IPv4 only.
      const possible = ways.filter((way) => host === '127.0.0.1' || (way !== 'PASV' && way !== 'PORT'));
      for (const way of possible) {
        for (const size of sizes) {
          const bytes = noise(size);
          await client.store(`STOR ${way}-${size}`, bytes, way);
          assert.ok(contentOf(memory, `/${way}-${size}`).equals(bytes), `${way} ${size}: what was stored`);
          const back = await client.fetch(`RETR ${way}-${size}`, way);
          assert.ok(back.equals(bytes), `${way} ${size}: what was sent`);
        }
        const listing = (await client.fetch('MLSD', way)).toString();
        assert.match(listing, new RegExp(`size=300000;[^\\r\\n]* ${way}-300000\\r\\n`));
      }
      const transfers = events.filter((event) => event.kind === 'transfer');
      assert.equal(transfers.length, possible.length * (2 * sizes.length + 1));
      for (const each of transfers) assert.equal(each.secure, tls !== undefined);
      const modes = new Set(transfers.map((each) => each.mode));
      assert.deepEqual(modes, new Set(['passive', 'active']));
    });
  }
}

test('implicit TLS: TLS from the first byte, data protected without PROT', async (t) => {
  const { login, memory, trace } = await serve(t, { implicitTls: true });
  const client = await login();
  for (const way of ['EPSV', 'EPRT'] as const) {
    await client.store(`STOR ${way}`, way, way);
    assert.equal(contentOf(memory, `/${way}`).toString(), way);
    assert.equal((await client.fetch(`RETR ${way}`, way)).toString(), way);
  }
  assert.ok(trace.some((event) => event.kind === 'tls' && event.connection !== 'control' && event.reused));
});

test('a client that waits for the 150 before it connects', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/f', 'content');
  const client = await login();
  const { port } = await client.passive();
  await client.expect(150, 'RETR f');
  assert.equal((await readAll(await dial({ host: client.host, port }))).toString(), 'content');
  await client.expectReply(226);
});

test('a client that has sent all and closed before it even says STOR', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  for (const content of ['sent early', '']) {
    const { socket } = await client.setUp('EPSV');
    (await socket).end(content);
    await client.expect(150, 'STOR f');
    await client.expectReply(226);
    assert.equal(contentOf(memory, '/f').toString(), content);
  }
});

test('IPv4 clients of a listener for both families', async (t) => {
  const { login, memory } = await serve(t, { listen: [{ port: 0 }] });
  const client = await login();
  for (const way of ways) {
    await client.store(`STOR ${way}`, way, way);
    assert.equal(contentOf(memory, `/${way}`).toString(), way);
  }
  assert.match(await client.told('STAT'), /Connected from 127\.0\.0\.1:/);
});
