import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { listenForEnd } from '../src/tunnel/told-bytes.ts';
import { tunnelStream } from '../src/tunnel/tunnel-stream.ts';

const local = endpoint('127.0.0.1', 21);

test('a small file that is here with its end before its stream is taken ends as it should', async (t) => {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    tunnelStream(stream, local).resume().end('all of it');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  const stream = session.request({ ':method': 'POST', ':path': '/data' }, { waitForTrailers: true });
  listenForEnd(stream);
  await once(stream, 'trailers');
  const taken = tunnelStream(stream, local);
  assert.equal((await buffer(taken)).toString(), 'all of it');
  taken.end();
  await once(stream, 'close');
});
