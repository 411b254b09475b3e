// Active mode: the server dials us, on one of these ports. Behind NAT, `externalAddress` is what the server
// is told.
import { connect } from '@duoport/client';
import { serveFolder } from './support/serve-folder.ts';

await using server = await serveFolder({ 'readme.txt': 'The server came to me.\n' });
await using ftp = await connect(server.url, { mode: 'active', portRange: { low: 40_000, high: 49_999 } });

const { from, to, dataVerb } = await ftp.get('readme.txt', process.stdout);
console.log(`${dataVerb}: the server dialled from port ${from.port} to our port ${to.port}`);
