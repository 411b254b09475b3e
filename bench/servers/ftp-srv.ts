import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from './program.ts';
import { host, password, type ServerKind, type Setting, startServer, user } from './server.ts';

const script = fileURLToPath(new URL('./serve-ftp-srv.mjs', import.meta.url));

/** ftp-srv, the FTP server of npm. */
export const ftpSrv: ServerKind = {
  name: 'ftp-srv',
  lacks: ['MLSD'],
  start: (supplies) => startServer('ftp-srv', supplies, configure),
};

function configure({ ports, root, supplies }: Setting): ProgramOptions {
  const { certificate, key } = supplies.certificate;
  const range = [ports.low, ports.high].map(String);
  return {
    program: process.execPath,
    args: [script, host, String(ports.control), ...range, root, user, password, certificate, key],
  };
}
