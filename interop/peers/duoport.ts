import { fileURLToPath } from 'node:url';
import { duoportCommand } from '@duoport/testkit';
import type { ChildOptions } from '../support/child.ts';
import { authority } from '../support/way.ts';
import { password, type ServerKind, type Setting, startPeer, user } from './peer.ts';

const servesReuse = fileURLToPath(new URL('./serve-duoport.ts', import.meta.url));
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Our own server: the command `duoport serve`. */
export const duoportServer: ServerKind = {
  name: 'duoport',
  needs: ['openssl'],
  unsupported: () => undefined,
  start: (options) => startPeer('duoport', options, configure),
};

/** Our server with its data connections bound to the TLS session of the control connection. */
export const duoportServerReuse: ServerKind = {
  name: 'duoport binding=require',
  needs: ['openssl'],
  requireReuse: true,
  unsupported: ({ tls }) =>
    tls === '1.3' ? 'where the binding is required, the server speaks TLS 1.2' : undefined,
  start: (options) => startPeer('duoport', { ...options, requireReuse: true }, configureReuse),
};

const fromSource = ['--conditions=duoport-source', '--import', 'tsx'];

function configure({ host, ports, root, certificateFile, keyFile }: Setting): ChildOptions {
  const flags = [
    ...['--listen', authority(host, ports.control)],
    ...['--user', `${user}:${password}`],
    ...['--passive-ports', `${ports.low}-${ports.high}`],
    ...['--tls-cert', certificateFile, '--tls-key', keyFile],
    '--trace',
  ];
  const [program, ...command] = duoportCommand;
  return { program, args: [...command, 'serve', root, ...flags], cwd: repository };
}

function configureReuse({ host, ports, root, certificateFile, keyFile }: Setting): ChildOptions {
  const range = `${ports.low}-${ports.high}`;
  const facts = [host, String(ports.control), range, root, user, password, certificateFile, keyFile];
  const args = [...fromSource, servesReuse, ...facts];
  return { program: process.execPath, args, cwd: repository };
}
