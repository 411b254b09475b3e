import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { contentOf, noise, type Serving, type ServingOptions, seed, serve } from './serving.ts';

/** A server with one port and with files whose content says their names. */
async function single(t: TestContext, options: ServingOptions = {}): Promise<Serving> {
  const serving = await serve(t, { singlePort: true, ...options });
  for (const name of ['a', 'b', 'c']) await seed(serving.memory, `/${name}`, `this is ${name}`);
  return serving;
}

describe('one port for both connections', () => {
  it('in the clear: 229 and 227 name the control port, and transfers go through it', async (t) => {
    const serving = await single(t);
    const client = await serving.login();
    assert.equal((await client.passive()).port, serving.port);
    assert.equal((await client.passive('PASV')).port, serving.port);
    assert.equal(String(await client.fetch('RETR a')), 'this is a');
    assert.equal(String(await client.fetch('RETR b', 'PASV')), 'this is b');
    assert.match(String(await client.fetch('LIST')), / a\r\n/);
    const upload = noise(300_000);
    await client.store('STOR up', upload);
    assert.deepEqual(contentOf(serving.memory, '/up'), upload);
    await client.store('STOR nothing', '');
    assert.equal(contentOf(serving.memory, '/nothing').length, 0);
    assert.equal(serving.server.ports.leases, 0);
  });

  it('active mode is what it was', async (t) => {
    const serving = await single(t);
    const client = await serving.login();
    assert.equal(String(await client.fetch('RETR a', 'PORT')), 'this is a');
  });

  const { SSL_OP_NO_TICKET } = constants;
  const clients = {
    'tickets of TLS 1.2': { maxVersion: 'TLSv1.2' },
    'session ids of TLS 1.2': { maxVersion: 'TLSv1.2', secureOptions: SSL_OP_NO_TICKET },
    'what it likes': {},
  } as const;
  for (const [what, tls] of Object.entries(clients)) {
    it(`under TLS: a client that resumes by ${what}`, async (t) => {
      const serving = await single(t);
      const client = await (await (await serving.connect({ tls })).secure()).login();
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal(String(await client.fetch('RETR a')), 'this is a');
        const upload = noise(200_000 + turn);
        await client.store('STOR up', upload);
        assert.deepEqual(contentOf(serving.memory, '/up'), upload);
      }
      const reused = serving.trace.filter((event) => event.kind === 'tls' && event.connection !== 'control');
      assert.ok(reused.length >= 6 && reused.every((event) => event.kind === 'tls' && event.reused));
    });
  }
});
