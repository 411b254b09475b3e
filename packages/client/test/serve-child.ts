// A server in a process of its own, for tests that kill it. Argument: the folder. Prints the port when it listens.
import { createServer, DiskFiles, MemoryAccounts } from '@duoport/server';

const [root = ''] = process.argv.slice(2);
const server = createServer({
  accounts: new MemoryAccounts({ files: new DiskFiles(root), users: [{ name: 'u', password: 'p' }] }),
  listen: [{ host: '127.0.0.1', port: 0 }],
});
await server.start();
console.log(server.listening[0]?.port);
