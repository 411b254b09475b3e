import { fileURLToPath } from 'node:url';
import { need, type ProgramOptions } from './program.ts';
import { host, password, type ServerKind, type Setting, startServer, user } from './server.ts';

const script = fileURLToPath(new URL('./serve_pyftpdlib.py', import.meta.url));

/** pyftpdlib: one process, epoll, sendfile, no limit on connections. */
export const pyftpdlib: ServerKind = {
  name: 'pyftpdlib',
  lacks: [],
  start: (supplies) => startServer('pyftpdlib', supplies, configure),
};

function configure({ found, ports, root, supplies }: Setting): ProgramOptions {
  need(found, 'pyftpdlib');
  const range = `${ports.low}-${ports.high}`;
  const { both } = supplies.certificate;
  return {
    program: need(found, 'python3'),
    args: [script, host, String(ports.control), range, root, user, password, both],
    environment: found.environment,
  };
}
