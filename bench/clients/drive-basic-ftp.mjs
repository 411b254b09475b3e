// Moves the files of a bench row with basic-ftp: HOST PORT USER PASSWORD download|upload mini|large LOCAL.
import { join } from 'node:path';
import { Client } from 'basic-ftp';

const [host, port, user, password, direction, what, local] = process.argv.slice(2);
const client = new Client();
try {
  await client.access({ host, port: Number(port), user, password, secure: false });
  if (direction === 'download') {
    if (what === 'mini') await client.downloadToDir(local, 'mini');
    else await client.downloadTo(join(local, 'large'), 'large');
  } else if (what === 'mini') await client.uploadFromDir(local, 'up');
  else await client.uploadFrom(local, 'up/large');
} finally {
  client.close();
}
