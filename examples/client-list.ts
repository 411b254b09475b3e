// Lists a directory. The loop may use the same connection: here it asks for the digest of each file.
import { connect } from '@duoport/client';
import { serveFolder } from './support/serve-folder.ts';

await using server = await serveFolder({ 'readme.txt': 'Hello.\n', 'notes.txt': 'One.\nTwo.\n' });
await using ftp = await connect(server.url);

for await (const entry of ftp.list('/')) {
  const changed = entry.modified === undefined ? '' : new Date(entry.modified).toISOString();
  const { algorithm, digest } = await ftp.hash(entry.name);
  console.log(`${entry.type} ${entry.size} ${changed} ${entry.name} ${algorithm} ${digest.slice(0, 16)}…`);
}
