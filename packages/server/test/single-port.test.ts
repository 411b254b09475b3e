import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer, MemoryAccounts, MemoryFiles, type ServerOptions } from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { contentOf, noise, type Serving, type ServingOptions, seed, serve } from './serving.ts';
import { dial, gone, readAll } from './sockets.ts';

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

  it('TLS 1.3 alone: its tickets say whose a connection is, too', async (t) => {
    const serving = await single(t, { tls: { ...certificate, minVersion: 'TLSv1.3' } });
    const client = await (await (await serving.connect()).secure()).login();
    assert.equal(String(await client.fetch('RETR a')), 'this is a');
    await client.store('STOR up', noise(100_000));
    assert.equal(client.protocol, 'TLSv1.3');
  });

  it('implicit TLS: control and data connections begin with a ClientHello, and each finds its place', async (t) => {
    const serving = await single(t, { implicitTls: true });
    const clients = await Promise.all(['a', 'b', 'c'].map(() => serving.login()));
    for (const client of clients) {
      await client.expect(200, 'PBSZ 0');
      await client.expect(200, 'PROT P');
    }
    const names = ['a', 'b', 'c'];
    const all = await Promise.all(clients.map((client, at) => client.fetch(`RETR ${names[at]}`)));
    assert.deepEqual(all.map(String), ['this is a', 'this is b', 'this is c']);
  });

  it('many clients of one address, all promised at once, connecting in another order beside new clients', async (t) => {
    const serving = await single(t);
    const count = 24;
    const names = Array.from({ length: count }, (_, at) => `many-${at}`);
    for (const name of names) await seed(serving.memory, `/${name}`, name);
    const clients = await Promise.all(
      names.map(async () => (await (await serving.connect()).secure()).login()),
    );
    const places = await Promise.all(clients.map((client) => client.passive()));
    const strangers: Promise<unknown>[] = [];
    const order = names.map((_, at) => (at * 7) % count);
    const sockets = new Map<number, Socket>();
    for (const at of order) {
      const { address, port } = places[at] ?? assert.fail();
      sockets.set(at, await dial({ host: address, port }));
      if (at % 4 === 0) strangers.push(serving.connect());
    }
    const fetched = await Promise.all(
      clients.map(async (client, at) => {
        await client.expect(150, `RETR ${names[at]}`);
        const bytes = await readAll(await client.secureData(sockets.get(at) ?? assert.fail()));
        await client.expectReply(226);
        return String(bytes);
      }),
    );
    assert.deepEqual(fetched, names);
    await Promise.all(strangers);
  });

  it('steal: a ticket with the right key name and rubbish behind it proves nothing', async (t) => {
    const serving = await single(t);
    const client = await (await (await serving.connect({ tls: { maxVersion: 'TLSv1.2' } })).secure()).login();
    const { address, port } = await client.passive();
    await client.expect(150, 'RETR a');
    const thief = await dial({ host: address, port });
    const tls = await client.secureData(thief, 'forged').catch(() => undefined);
    assert.equal((await client.reply()).code, 522);
    if (tls) await gone(tls);
    assert.equal(tls?.bytesRead ?? 0, 0);
  });

  it('a client under TLS that never resumes is served while there is no doubt', async (t) => {
    const serving = await single(t);
    const client = await (await (await serving.connect()).secure()).login();
    const { address, port } = await client.passive();
    const socket = await dial({ host: address, port });
    await client.expect(150, 'RETR a');
    assert.equal(String(await readAll(await client.secureData(socket, false))), 'this is a');
    await client.expectReply(226);
  });

  it('steal: in the clear a second connection in the window, and the transfer is refused with the reason', async (t) => {
    const serving = await single(t);
    const client = await serving.login();
    const { address, port } = await client.passive();
    const thief = await dial({ host: address, port });
    const own = await dial({ host: address, port });
    await client.expect(150, 'RETR a');
    const { code, lines } = await client.reply();
    assert.equal(code, 425);
    assert.match(lines.join(), /connections came from your address at the same time/);
    assert.equal((await readAll(thief)).length + (await readAll(own)).length, 0);
    assert.equal(String(await client.fetch('RETR a')), 'this is a', 'and the next one works');
  });

  it('steal: what a stranger sends in the window is not stored', async (t) => {
    const serving = await single(t);
    const client = await serving.login();
    const { address, port } = await client.passive();
    const thief = await dial({ host: address, port });
    thief.end('not yours');
    await dial({ host: address, port });
    await client.expect(150, 'STOR up');
    assert.equal((await client.reply()).code, 425);
    assert.equal((await client.ask('SIZE up')).code, 550);
  });

  it('PROT after PASV: what was promised is not what would come, and is refused', async (t) => {
    const serving = await single(t);
    const client = await (await (await serving.connect()).secure()).login();
    await client.passive();
    await client.expect(200, 'PROT C');
    await client.expect(150, 'RETR a');
    const { code, lines } = await client.reply();
    assert.equal(code, 425);
    assert.match(lines.join(), /PROT was changed after PASV/);
  });

  it('a data connection that never comes is told, with a cause that no firewall rule would cure', async (t) => {
    const serving = await single(t, { timeouts: { data: 50 } });
    const client = await serving.login();
    await client.passive();
    await client.expect(150, 'RETR a');
    assert.equal((await client.reply()).code, 425);
    assert.equal((await serving.event('data-failed')).cause, 'not-told-apart');
  });

  it('settings that cannot work are refused at the start', () => {
    const accounts = new MemoryAccounts({ files: new MemoryFiles(), users: [] });
    const bad: readonly Partial<ServerOptions>[] = [
      { passive: { ports: { low: 5000, high: 5001 } } },
      { passive: { enabled: false } },
      { tls: { ...certificate, binding: 'off' } },
      { peers: { kind: 'any' } },
    ];
    for (const options of bad) {
      assert.throws(() => createServer({ accounts, singlePort: true, ...options }), RangeError);
    }
  });
});
