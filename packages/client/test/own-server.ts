import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer, DiskFiles, MemoryAccounts, type ServerOptions } from '@duoport/server';
import { certificate } from '@duoport/testkit';

export interface OwnServer {
  /** `127.0.0.1:2121` or `[::1]:2121`. */
  readonly authority: string;
  readonly url: string;
  /** The folder that it serves. */
  readonly root: string;
  /** Before the end of the test, which closes it anyway. */
  close(): Promise<void>;
}

/**
 * Our own server on loopback, on a free port, with user `u` and password `p`, serving a folder of its own.
 */
export async function ownServer(
  t: TestContext,
  options: Omit<ServerOptions, 'accounts' | 'listen'> & {
    readonly host?: string;
    readonly implicitTls?: boolean;
  } = {},
): Promise<OwnServer> {
  const { host = '127.0.0.1', implicitTls = false, ...rest } = options;
  const root = await mkdtemp(join(tmpdir(), 'duoport-client-'));
  const server = createServer({
    accounts: new MemoryAccounts({ files: new DiskFiles(root), users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port: 0, implicitTls }],
    tls: certificate,
    ...rest,
  });
  t.after(async () => {
    await server.close({ grace: 0 });
    await rm(root, { recursive: true });
  });
  await server.start();
  const port = server.listening[0]?.port;
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return { authority, url: `ftp://u:p@${authority}`, root, close: () => server.close({ grace: 0 }) };
}
