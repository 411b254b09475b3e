import assert from 'node:assert/strict';
import { constants, X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  type ControlConnection,
  dial,
  dialControl,
  listenControl,
  PortPool,
  TlsClient,
  TlsServer,
  type TlsServerSettings,
  type TlsSession,
  type TraceEvent,
} from '@duoport/net';
import { memorySink, memorySource, patternBytes, testCertificate } from '@duoport/testkit';
import { Inbox, withResolvers } from './inbox.ts';
import { openPair, request, secure } from './pair.ts';

describe('TLS binds data connections to their control connection', () => {
  let settings: TlsServerSettings;
  let pool: PortPool;
  const controls: ControlConnection[] = [];

  before(async () => {
    settings = await testCertificate();
    pool = new PortPool();
  });
  after(async () => {
    for (const control of controls) control.destroy();
    await pool.close();
  });

  /** A control connection under TLS, as both ends have it; one byte each way so that the tickets have arrived. */
  async function session(
    server: TlsServer,
    client: TlsClient,
    host = '127.0.0.1',
  ): Promise<{ readonly server: TlsSession; readonly client: TlsSession }> {
    const accepted = withResolvers<ControlConnection>();
    const listener = await listenControl({ host: '127.0.0.1', port: 0, onConnection: accepted.resolve });
    const atClient = await dialControl({ host, port: listener.endpoint.port, family: 4 });
    const atServer = await accepted.promise;
    await listener.close();
    controls.push(atClient, atServer);
    const ends = { server: server.session(), client: client.session(host) };
    await Promise.all([atClient.startTls(ends.client), atServer.startTls(ends.server)]);
    const inbox = new Inbox(atClient);
    atServer.write(Buffer.from('234 go\r\n'));
    await inbox.text('\r\n');
    return ends;
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const host of ['127.0.0.1', 'localhost']) {
      for (const trust of ['ca', 'insecure', 'fingerprint'] as const) {
        it(`every transfer resumes the session of ${host}: ${version}, trusted by ${trust}`, async () => {
          const ends = await session(new TlsServer(settings), trusting(trust, version), host);
          for (let i = 0; i < 6; i += 1) {
            const sender = i % 2 === 0 ? 'client' : 'server';
            const pair = await openPair(pool, { dialledBy: i % 3 === 0 ? 'server' : 'client' });
            await secure(pair, ends, sender);
            assert.equal(pair.client.tls?.protocol, version);
            assert.ok(pair.client.reused, `client, transfer ${i}`);
            assert.ok(pair.server.reused, `server, transfer ${i}`);
            const source = memorySource(patternBytes(5000));
            const receiver = sender === 'client' ? 'server' : 'client';
            await Promise.all([pair[sender].send(source), pair[receiver].receive(memorySink())]);
          }
        });
      }
    }
  }

  function trusting(trust: 'ca' | 'insecure' | 'fingerprint', maxVersion: 'TLSv1.2' | 'TLSv1.3'): TlsClient {
    const common = { maxVersion, binding: 'require' } as const;
    if (trust === 'ca') return new TlsClient({ ca: settings.cert, ...common });
    if (trust === 'insecure') return new TlsClient({ insecure: true, ...common });
    const { fingerprint256 } = new X509Certificate(Buffer.from(settings.cert));
    return new TlsClient({ fingerprint: fingerprint256, ...common });
  }

  it('a required binding is done in TLS 1.2, where tickets do not run out', async () => {
    const ends = await session(
      new TlsServer({ ...settings, binding: 'require' }),
      new TlsClient({ ca: settings.cert }),
    );
    for (let i = 0; i < 6; i += 1) {
      const pair = await openPair(pool);
      await secure(pair, ends, 'client');
      assert.equal(pair.server.tls?.protocol, 'TLSv1.2');
      assert.ok(pair.server.reused);
      await Promise.all([
        pair.client.send(memorySource(patternBytes(10))),
        pair.server.receive(memorySink()),
      ]);
    }
  });

  for (const stranger of [
    'without a ticket',
    'with the ticket of another session of the same server',
  ] as const) {
    it(`refuses a data connection ${stranger} when the binding is required`, async () => {
      const server = new TlsServer({ ...settings, binding: 'require' });
      const client = new TlsClient({ ca: settings.cert, binding: 'off' });
      const mine = await session(server, client);
      const other = await session(server, client);
      const pair = await openPair(pool);
      const thief = stranger === 'without a ticket' ? client.session('localhost') : other.client;
      await Promise.all([
        pair.client.startTls(thief).catch(() => {}),
        assert.rejects(pair.server.startTls(mine.server), {
          code: 'FTP_CONNECTION',
          phase: 'tls',
          message: /did not resume the TLS session of its control connection/,
        }),
      ]);
      await pair.server.closed;
      pair.client.destroy();
    });
  }

  it('accepts it and says so when the binding is preferred', async () => {
    const events: TraceEvent[] = [];
    const client = new TlsClient({ ca: settings.cert, binding: 'off' });
    const mine = await session(new TlsServer({ ...settings, binding: 'prefer' }), client);
    const pair = await openPair(pool, { serverTrace: (event) => events.push(event) });
    await secure(pair, { server: mine.server, client: client.session('localhost') });
    assert.equal(pair.server.reused, false);
    const decision = events.find((event) => event.kind === 'decision');
    assert.match(decision?.because ?? '', /did not resume/);
    pair.client.destroy();
    pair.server.destroy();
  });

  for (const [version, options] of [
    ['TLSv1.2', {}],
    ['TLSv1.2', { secureOptions: constants.SSL_OP_NO_TICKET }],
    ['TLSv1.3', { minVersion: 'TLSv1.3' }],
  ] as const) {
    const how = 'secureOptions' in options ? `${version} by session number` : version;
    it(`a thief cannot prove himself with the ticket that his own refused connection was given: ${how}`, async () => {
      const minVersion = version;
      const server = new TlsServer({ ...settings, minVersion, binding: 'require' });
      const mine = await session(server, new TlsClient({ ca: settings.cert }));
      const thief = new TlsClient({ insecure: true, binding: 'off', ...options }).session('localhost');
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const pair = await openPair(pool);
        const theft = pair.client.startTls(thief, { transfer: 'send' }).then(
          // Reads, so that a ticket that is on its way is taken.
          () => pair.client.receive(memorySink()),
          () => {},
        );
        await assert.rejects(pair.server.startTls(mine.server, { transfer: 'send' }), { phase: 'tls' });
        await theft.catch(() => {});
        pair.client.destroy();
      }
    });
  }

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`a ticket that a data connection was given proves nothing: ${maxVersion}`, async () => {
      const mine = await session(new TlsServer(settings), new TlsClient({ ca: settings.cert, maxVersion }));
      const thief = new TlsClient({ insecure: true, maxVersion, binding: 'off' }).session('localhost');
      const first = await openPair(pool);
      await secure(first, { server: mine.server, client: thief }, 'server');
      await Promise.all([
        first.server.send(memorySource(patternBytes(10))),
        first.client.receive(memorySink()),
      ]);
      const lease = await pool.lease(request({ policy: { kind: 'tls' } }));
      const [atThief, atServer] = await Promise.all([
        dial(lease.endpoint, { side: 'client', from: { address: '127.0.0.9' } }),
        lease.accept(),
      ]);
      const theft = atThief.startTls(thief).catch(() => {});
      await assert.rejects(atServer.startTls(mine.server), { code: 'FTP_CONNECTION', phase: 'tls' });
      await theft;
      atThief.destroy();
    });
  }

  it('resumes by session number with a client that takes no tickets', async () => {
    const secureOptions = constants.SSL_OP_NO_TICKET;
    const client = new TlsClient({
      ca: settings.cert,
      secureOptions,
      maxVersion: 'TLSv1.2',
      binding: 'require',
    });
    const ends = await session(new TlsServer({ ...settings, binding: 'require' }), client);
    for (let i = 0; i < 3; i += 1) {
      const pair = await openPair(pool);
      await secure(pair, ends, 'client');
      assert.ok(pair.server.reused);
      await Promise.all([
        pair.client.send(memorySource(patternBytes(10))),
        pair.server.receive(memorySink()),
      ]);
    }
  });

  it('takes a data connection from another address only when TLS proves it', async () => {
    const server = new TlsServer({ ...settings, binding: 'prefer' });
    const client = new TlsClient({ ca: settings.cert });
    const mine = await session(server, client);
    for (const [theirs, isProven] of [
      [mine.client, true],
      [client.session('localhost'), false],
    ] as const) {
      const lease = await pool.lease(request({ policy: { kind: 'tls' } }));
      const [atClient, atServer] = await Promise.all([
        dial(lease.endpoint, { side: 'client', from: { address: '127.0.0.9' } }),
        lease.accept(),
      ]);
      const clientEnd = atClient.startTls(theirs).catch(() => {});
      if (isProven) {
        await Promise.all([clientEnd, atServer.startTls(mine.server)]);
        await Promise.all([atServer.send(memorySource(patternBytes(10))), atClient.receive(memorySink())]);
      } else {
        await assert.rejects(atServer.startTls(mine.server), { code: 'FTP_CONNECTION', phase: 'tls' });
        await clientEnd;
      }
      atClient.destroy();
    }
  });

  it('refuses a certificate that does not fit its key when the server is made', async () => {
    const other = await testCertificate();
    assert.throws(() => new TlsServer({ cert: settings.cert, key: other.key }));
  });
});
