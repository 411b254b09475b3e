// Serves a folder with @duoport/server, for what the command has no flag for: HOST PORT LOW-HIGH ROOT USER PASSWORD CERTIFICATE KEY.
// A data connection must resume the TLS session of its control connection.
import { readFileSync } from 'node:fs';
import { createServer, MemoryAccounts } from '@duoport/server';

const [host, port, range = '', directory = '', name = '', password = '', certificate = '', key = ''] =
  process.argv.slice(2);
const [low = 0, high = 0] = range.split('-').map(Number);

const server = createServer({
  accounts: new MemoryAccounts({ users: [{ name, password, directory }] }),
  listen: [{ host, port: Number(port) }],
  passive: { ports: { low, high } },
  tls: { cert: readFileSync(certificate), key: readFileSync(key), binding: 'require' },
  trace: (session) => (event) => process.stderr.write(`${session} ${JSON.stringify(event)}\n`),
});
await server.start();
