import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { lookUpOutside } from '../src/index.ts';

/** A page on loopback; its port. */
async function page(t: TestContext, body: string, status = 200): Promise<number> {
  const server = createServer((_, answer) => answer.writeHead(status, { connection: 'close' }).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a page says the address, and nothing else', async (t) => {
  const port = await page(t, '8.8.4.4\n');
  assert.deepEqual(await lookUpOutside(`http://127.0.0.1:${port}/`), ['8.8.4.4']);
});

for (const [name, body, status, because] of [
  ['another NAT in between', '100.72.1.2', 200, /100\.72\.1\.2, which is cgnat: another NAT/],
  ['a private address', '192.168.1.1', 200, /which is private/],
  ['no address', '<html>', 200, /is no address/],
  ['a page that is not there', '', 404, /status 404/],
  ['attack: a page without end', 'x'.repeat(100_000), 200, /longer than 1024 bytes/],
] as const) {
  test(`not believed: ${name}`, async (t) => {
    const port = await page(t, body, status);
    await assert.rejects(lookUpOutside(`http://127.0.0.1:${port}/`), because);
  });
}

test('a STUN server is asked again when a datagram is lost, and an answer to nobody’s question is passed over', async (t) => {
  const server = createSocket('udp4');
  t.after(() => server.close());
  let asked = 0;
  server.on('message', (bytes, { port, address }) => {
    asked += 1;
    if (asked === 1) return;
    const head = Buffer.from([1, 1, 0, 12]);
    const stranger = Buffer.from(bytes.subarray(4));
    stranger[15] = (stranger[15] ?? 0) ^ 1;
    const attribute = Buffer.from([0, 1, 0, 8, 0, 1, 0, 0, 9, 9, 9, 9]);
    server.send(
      Buffer.concat([head, stranger, Buffer.from([0, 1, 0, 8, 0, 1, 0, 0, 6, 6, 6, 6])]),
      port,
      address,
    );
    server.send(Buffer.concat([head, bytes.subarray(4), attribute]), port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  assert.deepEqual(await lookUpOutside(`stun:127.0.0.1:${server.address().port}`), ['9.9.9.9']);
  assert.equal(asked, 2);
});

test('the addresses of a card, or which cards there are', async () => {
  assert.ok((await lookUpOutside('interface:lo')).includes('127.0.0.1'));
  await assert.rejects(lookUpOutside('interface:none0'), /no address on none0; this machine has .*lo/);
});
