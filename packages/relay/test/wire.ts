import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { resetStream } from '@duoport/net';

/** A piece of the Internet between two ends, which can break. */
export interface Wire {
  readonly port: number;
  /** Connections that were made over it. */
  readonly count: number;
  /** All of it resets. */
  cut(): void;
}

/** Passes connections on to a port of this host. `proxy`: those that ask for it as of an HTTP proxy. */
export async function wireTo(
  t: TestContext,
  port: number,
  { proxy }: { readonly proxy?: (head: string) => string } = {},
): Promise<Wire> {
  const open = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  };
  const server = createServer((from) => {
    count += 1;
    keep(from);
    const pass = () => {
      const to = connect({ port, host: '127.0.0.1' });
      keep(to);
      from.pipe(to).pipe(from);
      from.on('close', () => to.destroy());
      to.on('close', () => from.destroy());
    };
    if (proxy === undefined) return pass();
    from.once('data', (head: Buffer) => {
      from.write(proxy(head.toString('latin1')));
      pass();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) resetStream(socket);
  };
  t.after(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count;
    },
    cut,
  };
}
