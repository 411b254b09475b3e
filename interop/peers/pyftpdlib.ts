import { fileURLToPath } from 'node:url';
import { need, type PeerKind, password, type Setting, startPeer, user } from './peer.ts';

const script = fileURLToPath(new URL('./serve_pyftpdlib.py', import.meta.url));

/** pyftpdlib 1.5.7 of Debian, run by a small script of ours. */
export const pyftpdlib: PeerKind = {
  name: 'pyftpdlib',
  unsupported: () => undefined,
  start: (options) => startPeer('pyftpdlib', options, configure),
};

function configure({ found, host, ports, root, pemFile }: Setting) {
  need(found, 'pyftpdlib');
  const range = `${ports.low}-${ports.high}`;
  return {
    program: need(found, 'python3'),
    args: [script, host, String(ports.control), range, root, user, password, pemFile],
    environment: found.environment,
  };
}
