import assert from 'node:assert/strict';
import { connect as netConnect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import {
  type ControlConnection,
  type ControlListener,
  dialControl,
  listenControl,
  TlsClient,
  TlsServer,
  type TlsServerSettings,
  type TlsSession,
} from '@duoport/net';
import { testCertificate } from '@duoport/testkit';
import { Inbox, withResolvers } from './inbox.ts';

describe('a control connection', () => {
  let settings: TlsServerSettings;
  const open: ControlConnection[] = [];
  const listeners: ControlListener[] = [];

  before(async () => {
    settings = await testCertificate();
  });
  after(async () => {
    for (const control of open) control.destroy();
    for (const listener of listeners) await listener.close();
  });

  async function pair(host = '127.0.0.1'): Promise<{ client: ControlConnection; server: ControlConnection }> {
    const accepted = withResolvers<ControlConnection>();
    const listener = await listenControl({ host, port: 0, onConnection: accepted.resolve });
    listeners.push(listener);
    const client = await dialControl({ host, port: listener.endpoint.port });
    const server = await accepted.promise;
    open.push(client, server);
    return { client, server };
  }

  for (const host of ['127.0.0.1', '::1']) {
    it(`carries bytes both ways and says who it is, ${host}`, async () => {
      const { client, server } = await pair(host);
      assert.equal(server.peer.address, host);
      assert.deepEqual(client.peer, server.local);
      assert.deepEqual(client.local, server.peer);
      const [atClient, atServer] = [new Inbox(client), new Inbox(server)];
      server.write(Buffer.from('220 hello\r\n'));
      assert.equal(await atClient.text('hello\r\n'), '220 hello\r\n');
      client.write(Buffer.from('QUIT\r\n'));
      client.end();
      assert.equal(await atServer.text('QUIT\r\n'), 'QUIT\r\n');
      await atServer.ended;
      server.write(Buffer.from('221 bye\r\n'));
      server.end();
      assert.equal(await atClient.text('bye\r\n'), '221 bye\r\n');
      assert.equal(await atClient.gone, undefined);
      assert.equal(await atServer.gone, undefined);
    });
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const allowClear of [false, true]) {
      it(`turns to TLS in place, ${version}${allowClear ? ', able to go back' : ''}`, async () => {
        const { client, server } = await pair();
        const [atClient, atServer] = [new Inbox(client), new Inbox(server)];
        const ends = await secure(client, server, { maxVersion: version, allowClear });
        assert.equal(ends[0].protocol, version);
        assert.equal(ends[1].protocol, version);
        assert.ok(client.secure && server.secure);
        client.write(Buffer.from('PBSZ 0\r\n'));
        assert.equal(await atServer.text('\r\n'), 'PBSZ 0\r\n');
        server.write(Buffer.from('200 ok\r\n'));
        assert.equal(await atClient.text('\r\n'), '200 ok\r\n');
      });
    }

    it(`goes back to clear, ${version}`, async () => {
      const { client, server } = await pair();
      const [atClient, atServer] = [new Inbox(client), new Inbox(server)];
      await secure(client, server, { maxVersion: version, allowClear: true });
      client.write(Buffer.from('CCC\r\n'));
      assert.equal(await atServer.text('\r\n'), 'CCC\r\n');
      server.write(Buffer.from('200 clear\r\n'));
      const serverClear = server.stopTls();
      assert.equal(await atClient.text('\r\n'), '200 clear\r\n');
      const clientClear = client.stopTls();
      await Promise.all([serverClear, clientClear]);
      assert.ok(!client.secure && !server.secure);
      client.write(Buffer.from('PASV\r\n'));
      assert.equal(await atServer.text('\r\n'), 'PASV\r\n');
      server.write(Buffer.from('227 x\r\n'));
      assert.equal(await atClient.text('\r\n'), '227 x\r\n');
      client.end();
      await atServer.ended;
      server.end();
      await Promise.all([atClient.gone, atServer.gone]);
    });
  }

  it('refuses to go back to clear when it was not prepared for it', async () => {
    const { client, server } = await pair();
    await secure(client, server, {});
    await assert.rejects(client.stopTls(), { code: 'FTP_LOCAL_PROTOCOL' });
  });

  it('is TLS from the first byte on an implicit listener', async () => {
    const accepted = withResolvers<{ control: ControlConnection; tls: TlsSession | undefined }>();
    const listener = await listenControl({
      host: '127.0.0.1',
      port: 0,
      implicitTls: new TlsServer(settings),
      onConnection: (control, tls) => accepted.resolve({ control, tls }),
    });
    listeners.push(listener);
    const session = new TlsClient({ ca: settings.cert }).session('localhost');
    const client = await dialControl({
      host: 'localhost',
      port: listener.endpoint.port,
      family: 4,
      implicitTls: session,
    });
    const { control, tls } = await accepted.promise;
    open.push(client, control);
    assert.ok(client.secure && control.secure && tls);
    assert.equal(client.tls?.authorized, true);
    control.write(Buffer.from('220 hello\r\n'));
    assert.equal(await new Inbox(client).text('\r\n'), '220 hello\r\n');
  });

  it('says what to do about a self-signed certificate', async () => {
    const { client, server } = await pair();
    const serverEnd = server.startTls(new TlsServer(settings).session());
    await Promise.all([
      assert.rejects(client.startTls(new TlsClient().session('localhost')), {
        code: 'FTP_CONNECTION',
        phase: 'tls',
        message: /self-signed.*fingerprint/s,
      }),
      serverEnd.catch(() => {}),
    ]);
  });

  it('says so when the certificate was made for another host', async () => {
    const { client, server } = await pair();
    await Promise.all([
      assert.rejects(client.startTls(new TlsClient({ ca: settings.cert }).session('ftp.example.org')), {
        message: /not made for ftp\.example\.org/,
      }),
      server.startTls(new TlsServer(settings).session()).catch(() => {}),
    ]);
  });

  it('takes a pinned certificate, and no other', async () => {
    const { client, server } = await pair();
    const ends = await secure(client, server, {});
    const fingerprint = ends[0].peerFingerprint ?? '';
    assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    for (const [pin, isRight] of [
      [fingerprint.toLowerCase(), true],
      ['00'.repeat(32), false],
    ] as const) {
      const next = await pair();
      const serverEnd = next.server.startTls(new TlsServer(settings).session());
      const clientEnd = next.client.startTls(
        new TlsClient({ fingerprint: pin }).session('other.example.org'),
      );
      if (isRight) await Promise.all([clientEnd, serverEnd]);
      else {
        await assert.rejects(clientEnd, /not the pinned one/);
        await serverEnd.catch(() => {});
      }
    }
  });

  it('gives up a TLS handshake that is never finished', async () => {
    const accepted = withResolvers<ControlConnection>();
    const listener = await listenControl({ host: '127.0.0.1', port: 0, onConnection: accepted.resolve });
    listeners.push(listener);
    const stranger = netConnect(listener.endpoint.port, '127.0.0.1');
    stranger.resume();
    const gone = new Promise((resolve) => stranger.on('close', resolve));
    const server = await accepted.promise;
    await assert.rejects(server.startTls(new TlsServer(settings).session(), { timeout: 30 }), {
      code: 'FTP_TIMEOUT',
      channel: 'control',
      phase: 'tls',
      after: 30,
    });
    await gone;
  });

  it('tells plain text from TLS', async () => {
    const { client, server } = await pair();
    new Inbox(client);
    client.write(Buffer.from('USER anonymous\r\n'));
    await assert.rejects(server.startTls(new TlsServer(settings).session()), /does not speak TLS/);
  });

  it('names the cure when nothing listens', async () => {
    const listener = await listenControl({ host: '127.0.0.1', port: 0, onConnection: () => {} });
    const { port } = listener.endpoint;
    await listener.close();
    await assert.rejects(dialControl({ host: '127.0.0.1', port }), {
      code: 'FTP_CONNECTION',
      channel: 'control',
      message: /connection refused/,
    });
  });

  it('names the cure when the port is taken', async () => {
    const listener = await listenControl({ host: '127.0.0.1', port: 0, onConnection: () => {} });
    listeners.push(listener);
    const { port } = listener.endpoint;
    await assert.rejects(listenControl({ host: '127.0.0.1', port, onConnection: () => {} }), {
      phase: 'listen',
      message: new RegExp(`port ${port}: the port is in use`),
    });
  });

  it('tells of a reset', async () => {
    const accepted = withResolvers<ControlConnection>();
    const listener = await listenControl({ host: '127.0.0.1', port: 0, onConnection: accepted.resolve });
    listeners.push(listener);
    const peer = netConnect(listener.endpoint.port, '127.0.0.1');
    const server = await accepted.promise;
    const inbox = new Inbox(server);
    peer.resetAndDestroy();
    assert.match(String(await inbox.gone), /ECONNRESET/);
  });

  it('counts what a peer that never reads leaves unread', async () => {
    const { server } = await pair();
    const block = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 32; i += 1) server.write(block);
    assert.ok(server.pendingWrite > block.length);
    const flushed = new Promise<void>((resolve) => server.flushed(resolve));
    server.destroy();
    await flushed;
  });

  async function secure(
    client: ControlConnection,
    server: ControlConnection,
    options: { maxVersion?: 'TLSv1.2' | 'TLSv1.3'; allowClear?: boolean },
  ) {
    const clientTls = new TlsClient({ insecure: true, ...options }).session('localhost');
    const serverTls = new TlsServer({ ...settings, ...options }).session();
    return Promise.all([client.startTls(clientTls), server.startTls(serverTls)]);
  }
});
