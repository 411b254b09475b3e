import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from './program.ts';
import { manyEntries, type ServerKind, type Setting, startServer } from './server.ts';

const script = fileURLToPath(new URL('../load/bare.ts', import.meta.url));

/** Canned answers over bare sockets: what the load generator can measure at most on this machine. */
export const ceiling: ServerKind = {
  name: 'ceiling',
  lacks: [],
  start: (supplies) => startServer('ceiling', supplies, configure),
};

function configure({ ports, supplies }: Setting): ProgramOptions {
  const { certificate, key } = supplies.certificate;
  const args = [...process.execArgv, script, String(ports.control), certificate, key, String(manyEntries)];
  return { program: process.execPath, args };
}
