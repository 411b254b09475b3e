import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Servers on ports in a row that say their own number to whoever comes. */
export interface Row extends AsyncDisposable {
  readonly first: number;
}

export async function listenInARow(host: string, width: number): Promise<Row> {
  let last: unknown;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const servers: Server[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    };
    try {
      const first = await listen(servers, host, 0);
      for (let port = first + 1; port < first + width; port += 1) await listen(servers, host, port);
      return { first, [Symbol.asyncDispose]: close };
    } catch (error) {
      await close();
      last = error;
    }
  }
  throw new Error('No free ports in a row', { cause: last });
}

async function listen(servers: Server[], host: string, wanted: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(socket.localPort));
  });
  server.listen(wanted, host);
  await once(server, 'listening');
  servers.push(server);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
