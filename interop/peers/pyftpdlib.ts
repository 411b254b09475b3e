import { fileURLToPath } from 'node:url';
import { need } from '../support/programs.ts';
import { password, type ServerKind, type Setting, startPeer, user } from './peer.ts';

const script = fileURLToPath(new URL('./serve_pyftpdlib.py', import.meta.url));

/** pyftpdlib 1.5.7 of Debian, run by a small script of ours. */
export const pyftpdlib: ServerKind = {
  name: 'pyftpdlib',
  needs: ['pyftpdlib', 'python3', 'openssl'],
  oneAtATime:
    'pyftpdlib 1.5.7 now and then forgets a socket while several sessions are open: bytes stay unread, nothing is sent',
  utf8Only: 'pyftpdlib replaces bytes that are no UTF-8',
  unsupported: () => undefined,
  start: (options) => startPeer('pyftpdlib', options, configure),
};

function configure({ found, host, ports, root, pemFile }: Setting) {
  need('pyftpdlib');
  const range = `${ports.low}-${ports.high}`;
  return {
    program: need('python3'),
    args: [script, host, String(ports.control), range, root, user, password, pemFile],
    environment: found.environment,
  };
}
