import { fileURLToPath } from 'node:url';
import type { ClientKind } from './client.ts';

const script = fileURLToPath(new URL('./drive-basic-ftp.mjs', import.meta.url));

/** basic-ftp, the FTP client of npm. */
export const basicFtp: ClientKind = {
  name: 'basic-ftp',
  command: ({ direction, what, server, supplies, folder }) => {
    const { user, password, host, port } = server.target;
    const local = what === 'mini' ? supplies.miniFolder : supplies.largeFile;
    const args = [
      host,
      String(port),
      user,
      password,
      direction,
      what,
      direction === 'download' ? folder : local,
    ];
    return { program: process.execPath, args: [script, ...args] };
  },
};
