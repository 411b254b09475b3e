// A file store of your own: whatever has these methods can be served. Here every directory has one file, made when it is read.
import { connect } from '@duoport/client';
import {
  createServer,
  type Files,
  FilesError,
  MemoryAccounts,
  readOnly,
  readPermissions,
} from '@duoport/server';

const text = Buffer.from(`Made at ${new Date().toISOString()}\n`);

const refused = (): never => {
  throw new FilesError('read-only');
};

const files: Files = {
  stat: (path) =>
    path.endsWith('/clock.txt')
      ? { name: 'clock.txt', type: 'file', size: text.length }
      : { name: path, type: 'directory' },
  async *list() {
    yield [{ name: 'clock.txt', type: 'file', size: text.length }];
  },
  openRead: () => ({
    size: text.length,
    read: (into, at) => text.copy(into, 0, at),
    close: () => undefined,
  }),
  prepareWrite: refused,
  makeDirectory: refused,
  removeDirectory: refused,
  removeFile: refused,
  rename: refused,
};

await using server = createServer({
  accounts: new MemoryAccounts({ files: readOnly(files), anonymous: { permissions: readPermissions } }),
  listen: [{ host: '127.0.0.1', port: 0 }],
});
await server.start();

await using ftp = await connect(`ftp://127.0.0.1:${server.listening[0]?.port}/`);
for await (const entry of ftp.list('/')) console.log(entry.name, entry.size);
await ftp.get('/clock.txt', process.stdout);
