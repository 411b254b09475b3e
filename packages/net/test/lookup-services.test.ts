import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { lookupServices } from '@duoport/net';

/** A name on the wire (RFC 1035 §3.1). */
function wire(name: string): Buffer {
  const labels = name === '.' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.of(0),
  ]);
}

/** A DNS server on loopback that has these SRV records for every name, or none when `records` is undefined (NXDOMAIN). */
async function dnsServer(
  t: TestContext,
  records: readonly (readonly [priority: number, weight: number, port: number, host: string])[] | undefined,
): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const end = query.indexOf(0, 12) + 5;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(records?.length ?? 0, 6);
    head.writeUInt32BE(0, 8);
    const answers = (records ?? []).map(([priority, weight, port, host]) => {
      const data = Buffer.concat([Buffer.alloc(6), wire(host)]);
      [priority, weight, port].forEach((value, index) => {
        data.writeUInt16BE(value, index * 2);
      });
      // The name of the question again, type SRV, class IN, 60 seconds.
      return Buffer.concat([Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
    });
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers]), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

test('SRV records say where a service is', async (t) => {
  const server = await dnsServer(t, [
    [10, 3, 2121, 'a.example'],
    [20, 0, 21, 'b.example'],
  ]);
  assert.deepEqual(await lookupServices('_ftp._tcp.example', { servers: [server] }), [
    { host: 'a.example', port: 2121, priority: 10, weight: 3 },
    { host: 'b.example', port: 21, priority: 20, weight: 0 },
  ]);
});

test('a domain may say that it has no such service, or nothing at all', async (t) => {
  const none = await dnsServer(t, [[0, 0, 0, '.']]);
  assert.deepEqual(await lookupServices('_ftp._tcp.example', { servers: [none] }), []);
  const unknown = await dnsServer(t, undefined);
  await assert.rejects(lookupServices('_ftp._tcp.example', { servers: [unknown] }), {
    code: 'FTP_CONNECTION',
    phase: 'resolve',
  });
});
