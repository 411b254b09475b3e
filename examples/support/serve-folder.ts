import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, DiskFiles, MemoryAccounts } from '@duoport/server';

export interface ServedFolder extends AsyncDisposable {
  readonly url: string;
  /** A folder for whatever the example wants to keep; it goes when the example ends. */
  readonly scratch: string;
}

/** A server on loopback with these files in it, so that an example has somebody to talk to. */
export async function serveFolder(files: Readonly<Record<string, string>>): Promise<ServedFolder> {
  const scratch = await mkdtemp(join(tmpdir(), 'duoport-example-'));
  const root = join(scratch, 'served');
  await mkdir(root);
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const server = createServer({
    accounts: new MemoryAccounts({
      files: new DiskFiles(root),
      users: [{ name: 'guest', password: 'guest' }],
    }),
    listen: [{ host: '127.0.0.1', port: 0 }],
  });
  await server.start();
  return {
    url: `ftp://guest:guest@127.0.0.1:${server.listening[0]?.port}`,
    scratch,
    [Symbol.asyncDispose]: async () => {
      await server.close({ grace: 0 });
      await rm(scratch, { recursive: true });
    },
  };
}
