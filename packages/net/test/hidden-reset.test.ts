import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { dial } from '../src/index.ts';

// libuv reports a hang-up that it hears of together with the last bytes as the end of the stream, a reset too.
for (const [size, what] of [
  [10, 'few'],
  [3_000_000, 'many'],
] as const) {
  test(`attack: ${what} bytes and a reset right behind them are no whole file`, async (t) => {
    const came = resolvers<Socket>();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      came.resolve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const data = await dial(endpoint('127.0.0.1', port), { side: 'client' });
    const peer = await came.promise;
    let left = size;
    const sink = {
      write: async (chunks: readonly Uint8Array[]) => {
        for (const chunk of chunks) left -= chunk.length;
        // Until both lie in the kernel: the last bytes, and the reset.
        if (size > 10 && left > 0) return;
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
    peer.write(new Uint8Array(size), () => peer.resetAndDestroy());
    if (size === 10) await new Promise((resolve) => peer.once('close', resolve));
    await assert.rejects(data.receive(sink), { code: 'FTP_TRANSFER', direction: 'receive' });
  });
}

function resolvers<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
