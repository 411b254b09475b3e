import { fileURLToPath } from 'node:url';
import { password, type ServerKind, type Setting, startPeer, user } from './peer.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Our own server: the command `duoport serve`, from source. */
export const duoportServer: ServerKind = {
  name: 'duoport',
  needs: ['openssl'],
  unsupported: () => undefined,
  start: (options) => startPeer('duoport', options, configure),
};

function configure({ host, ports, root, certificateFile, keyFile }: Setting) {
  const source = ['--conditions=duoport-source', '--import', 'tsx', 'packages/cli/src/main.ts'];
  const listen = host.includes(':') ? `[${host}]:${ports.control}` : `${host}:${ports.control}`;
  const flags = [
    ...['--listen', listen],
    ...['--user', `${user}:${password}`],
    ...['--passive-ports', `${ports.low}-${ports.high}`],
    ...['--tls-cert', certificateFile, '--tls-key', keyFile],
    '--trace',
  ];
  return { program: process.execPath, args: [...source, 'serve', root, ...flags], cwd: repository };
}
